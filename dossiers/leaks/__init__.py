"""Before a package leaves, names are looked for in it: texts, a quorum that lets identities be compared, a gate."""
