/** The image that every measured pod runs. */
export const IMAGE = 'localhost/bench:latest';

/** A manifest of so many pods of one sleeping container, which are called NAME-1, NAME-2 and so on. */
export function manifest(name: string, pods: number): string {
  return Array.from({ length: pods }, (_, index) => pod(`${name}-${index + 1}`)).join('---\n');
}

function pod(name: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: ${IMAGE}
      imagePullPolicy: IfNotPresent
      command: ["sleep", "86400"]
`;
}
