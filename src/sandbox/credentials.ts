/** The one key pair of a stand-in, for Basic authentication and for signatures. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
