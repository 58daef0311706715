/** An application as a designer's tool would have generated it, and what happens when it runs. */
export interface GeneratedApplication {
    readonly main: string;
    readonly documents: Record<string, string>;
    /** Blocks in the order in which they run, with the prefixes of their workflows. */
    readonly visits: readonly string[];
    readonly characters: number;
}
export interface GenerationRequest {
    readonly seed: number;
    /** Started by a call; otherwise by itself, after a second. */
    readonly isCall: boolean;
    readonly blocks: number;
    /** How the call goes on at the end: to an agent, by the ways of the two kinds of project. */
    readonly routing?: 'platform' | 'application';
    readonly namespaces?: 'http' | 'bare';
    /** Without web requests. */
    readonly isOffline?: boolean;
    /** The designer's default is that sessions end with their process. */
    readonly isPersistent?: boolean;
}
export declare function generateApplication(request: GenerationRequest): GeneratedApplication;
