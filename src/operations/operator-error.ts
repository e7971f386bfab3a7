/** What an operator can mend: settings, arguments, a file or server that is named there. Told without its stack. */
export class OperatorError extends Error {}
