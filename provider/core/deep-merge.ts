type Members<Value> = Readonly<Record<string, Value>>;

/** One object over another: objects in each other, everything else in place of what was there. @param isMap what counts as an object */
export function deepMerge<Value>(
  under: Members<Value>,
  over: Members<Value>,
  isMap: (value: Value | undefined) => value is Value & Members<Value>,
): Record<string, Value> {
  const merged = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const below = merged.get(name);
    merged.set(
      name,
      // What was merged is one, too.
      isMap(below) && isMap(value) ? (deepMerge(below, value, isMap) as Value) : value,
    );
  }
  return Object.fromEntries(merged);
}
