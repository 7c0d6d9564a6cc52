// Opens a published log with Go's own implementation of signed notes and tiles (golang.org/x/mod/sumdb), which is
// not ours: the checkpoint's signature, the tree's root from the tiles, the proof of every tenth leaf, and the
// consistency with an earlier size and root.
//
//	log_check FOLDER VKEY [EARLIER-SIZE EARLIER-ROOT-BASE64]
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// folder reads tiles where C2SP tlog-tiles puts them: as Go's own paths, but without the height.
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

func check(err error, what string) {
	if err != nil {
		fmt.Printf("REFUSED: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func parse(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "the checkpoint's size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "the checkpoint's root")
	return tlog.Tree{N: size, Hash: root}
}

func main() {
	root, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	check(err, "the key")
	content, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	check(err, "the checkpoint")
	opened, err := note.Open(content, note.VerifierList(verifier))
	check(err, "the checkpoint's signature")
	tree := parse(opened.Text)
	reader := tlog.TileHashReader(tree, folder(root))

	computed, err := tlog.TreeHash(tree.N, reader)
	check(err, "the tree's root")
	if computed != tree.Hash {
		fmt.Println("REFUSED: the tiles have another root")
		os.Exit(1)
	}
	leaves := 0
	for index := int64(0); index < tree.N; index += 10 {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		check(err, "a leaf")
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		check(err, "the proof of a leaf")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]), "the proof of a leaf")
		leaves++
	}
	fmt.Printf("signed: %d other: %d size: %d leaves proven: %d\n",
		len(opened.Sigs), len(opened.UnverifiedSigs), tree.N, leaves)
	if len(os.Args) > 4 {
		earlier := parse("earlier\n" + os.Args[3] + "\n" + os.Args[4])
		proof, err := tlog.ProveTree(tree.N, earlier.N, reader)
		check(err, "the consistency proof")
		check(tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash), "the consistency")
		fmt.Printf("consistent with: %d\n", earlier.N)
	}
}
