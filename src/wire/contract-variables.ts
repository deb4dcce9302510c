/**
 * What `${NAME}` in a contract may stand for: `SLUICE_VAR_NAME` of the environment and nothing else. A contract must
 * not be able to print the server's secrets into a report.
 */
export function contractVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const prefix = 'SLUICE_VAR_';
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );
}
