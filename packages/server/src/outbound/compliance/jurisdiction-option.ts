/** Option of campaign groups, campaigns and the server: the rule packs that every dial has to keep, by name. */
export const JURISDICTION_OPTION = 'jurisdiction';
