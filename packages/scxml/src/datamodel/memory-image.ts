const blockBytes = 4096;

/** The parts of a memory that are not zero. */
export interface MemoryImage {
  readonly bytes: number;
  readonly blocks: readonly { readonly at: number; readonly content: Uint8Array }[];
}

/** Copies what is not zero: about a megabyte of the 16 that an instance begins with. */
export function captureMemory(buffer: ArrayBuffer): MemoryImage {
  const words = new Int32Array(buffer);
  const all = new Uint8Array(buffer);
  const blocks: { at: number; content: Uint8Array }[] = [];
  for (let at = 0; at < all.length; at += blockBytes) {
    const end = (at + blockBytes) / 4;
    let word = at / 4;
    while (word < end && words[word] === 0) word += 1;
    if (word < end) blocks.push({ at, content: all.slice(at, at + blockBytes) });
  }
  return { bytes: all.length, blocks };
}

/** Makes a memory of the same size equal to the image, provided that it only differs in blocks that the image has. */
export function restoreMemory(image: MemoryImage, buffer: ArrayBuffer): void {
  const all = new Uint8Array(buffer);
  for (const { at, content } of image.blocks) all.set(content, at);
}
