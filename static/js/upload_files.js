// What was chosen or dropped: files, each with its path in the folder that was handed over.

export function ofInput(input) {
  return [...input.files].map((file) => ({ file, path: file.webkitRelativePath || "" }));
}

// A folder is walked to its last file. What cannot be read is named, so that the counts stay exact.
export async function ofDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: "" }));
  const found = [];
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

async function walk(entry, folder, found) {
  const path = folder + entry.name;
  try {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      found.push({ file, path: folder ? path : "" });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const one of some) await walk(one, `${path}/`, found);
    }
  } catch {
    found.push({ file: new File([], entry.name), path, unreadable: true });
  }
}
