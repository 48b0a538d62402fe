/** A resource of a stack, as far as the rules look at one. */
export interface Resource {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  protect: boolean;
  /** The URN of its parent. */
  parent: string | undefined;
}

/** A rule that a resource breaks. */
export interface Violation {
  violation: string;
  urn: string;
}

/** The types of containers: the library's own, and those that a program makes by itself with Pulumi's Docker provider. */
const containerTypes = ["sextant:index:Container", "docker:index/container:Container"];

export function isContainer(type: string): boolean {
  return containerTypes.includes(type);
}

/** A property that may not be known yet; reading such a one in a preview throws. */
export function known(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The labels of a container, by name: an object, or a list in the Docker provider's form. */
export function labelsOf(props: Record<string, unknown>): Map<string, string> {
  const labels = known(() => props["labels"]);
  const entries = Array.isArray(labels)
    ? (labels as unknown[]).map((one) => {
        const { label, value } = (known(() => ({ ...(one as object) })) ?? {}) as {
          label?: string;
          value?: string;
        };
        return [label ?? "", value ?? ""] as const;
      })
    : Object.entries((known(() => ({ ...(labels as object) })) ?? {}) as Record<string, string>);
  return new Map(entries);
}
