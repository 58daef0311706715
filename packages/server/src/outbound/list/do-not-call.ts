/** A number or a customer that must not be called; one of the two. */
export interface DoNotCallEntry {
  phone?: string | undefined;
  customerId?: string | undefined;
}

export interface StoredDoNotCall extends DoNotCallEntry {
  id: number;
  message?: string | undefined;
  campaignId?: number | undefined;
  listId?: number | undefined;
  /** Internal: asked for by the customer; else of a list that was bought or imported. */
  isInternal: boolean;
  /** When it was entered, in milliseconds since 1970. */
  at: number;
}
