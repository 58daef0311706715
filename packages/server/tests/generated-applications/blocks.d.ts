import type { SeededRandom } from './random.js';
/** One block of a workflow: its states, and the names that it notes when it runs, without the prefix of its workflow. */
export interface Block {
    readonly name: string;
    readonly xml: string;
    readonly visits: readonly string[];
}
/** What a block is made with. `next`: the block that follows. */
export interface BlockRequest {
    readonly random: SeededRandom;
    readonly name: string;
    readonly next: string;
}
/** Stands for the prefix of an inclusion, as generated documents write it. */
export declare const PREFIX = "$$_MY_PREFIX_$$";
/** The state of a block: what is noted on entry comes first, an error ends the workflow. */
export declare function block(name: string, entry: string, transitions: string): string;
type BlockMaker = (request: BlockRequest) => Block;
export declare const assign: BlockMaker;
export declare const script: BlockMaker;
/** A branching whose first matching condition is known; the block of the other branch is never entered. */
export declare const branching: BlockMaker;
export declare const loop: BlockMaker;
/** Attaches data and waits until it can be seen, at most ten seconds. */
export declare const userData: BlockMaker;
export declare const playMessage: BlockMaker;
export declare const music: BlockMaker;
export declare const userInput: BlockMaker;
/** A web request; `system.ServerURL` is where the tests listen. */
export declare const webRequest: BlockMaker;
/** A request that fails takes the error port. */
export declare const failingRequest: BlockMaker;
/** A target that nobody staffs: the request ends by its timeout, and the workflow goes on. */
export declare const busyTarget: BlockMaker;
/** Waits for an event of its own. */
export declare const wait: BlockMaker;
/** What the functions and objects under `_genesys` answer. */
export declare const objects: BlockMaker;
/** Blocks that need nothing but the session, and those that need a call. */
export declare const quietBlocks: readonly [BlockMaker, ...BlockMaker[]];
export declare const callBlocks: readonly [BlockMaker, ...BlockMaker[]];
/** Blocks that need a server to talk to. */
export declare const webBlocks: ReadonlySet<BlockMaker>;
export {};
