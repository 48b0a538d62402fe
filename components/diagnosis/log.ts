/** Reads logs: which exception ended an app, and what it complains about. */

/** The kinds of complaint that mean the same whatever program utters them: texts of kernels, libraries and servers. */
export type Complaint = keyof typeof complaints;

const complaints = {
  /** A server was reached, and it does not take logins yet. */
  startingUp:
    /the database system is (starting up|in recovery|not yet accepting)|consistent recovery state has not|LOADING Redis is loading|not accepting connections|is still starting|Server is not ready|mysql.*is starting|node is not ready|in bootstrap|MASTERDOWN/i,
  /** The name or the secret of a login is wrong. */
  login:
    /password authentication failed|no password supplied|Access denied for user|WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH|SASL authentication failed|authentication (failed|failure)|Authentication failed|Login failed for user|role "[^"]*" does not exist|invalid username-password pair|bad auth/i,
  /** A table, column or database is missing. */
  schema:
    /relation "[^"]*" does not exist|column "?[\w.]+"? (of relation "[^"]*" )?does not exist|no such (table|column)|Table '[^']*' doesn't exist|database "[^"]*" does not exist|Unknown database|Unknown column|PendingMigration|Migrations are pending|pending migrations|unapplied migration|UndefinedTable|UndefinedColumn|NoDatabaseError|Could not find table|Base table or view not found|Invalid object name/i,
  /** Nobody listens there. */
  refused: /connection refused|ECONNREFUSED|actively refused|Can't connect to (local )?(MySQL )?server/i,
  /** A name is not known. */
  unresolved:
    /could not translate host name|Name or service not known|nodename nor servname|Temporary failure in name resolution|no such host|ENOTFOUND|EAI_AGAIN|getaddrinfo(: | failed)|UnknownHostException|Unknown( MySQL server)? host|Name does not resolve|Could not resolve host|No address associated with hostname|server misbehaving/i,
  /** Nothing came back. */
  unreachable:
    /Network is unreachable|ENETUNREACH|No route to host|EHOSTUNREACH|Net::OpenTimeout|connect(ion)? timed? ?out|ETIMEDOUT|Connection timed out|i\/o timeout|execution expired|timeout expired|ConnectTimeout|connect timeout|connection attempt timed out/i,
  /** A file system that may not be written. */
  readOnly: /read-only file system|EROFS/i,
  /** Somebody else's file. */
  permission:
    /permission denied(?! for (table|relation|schema|database|sequence|function))|EACCES|EPERM|operation not permitted|is not writable/i,
  /** The disk is full. */
  noSpace:
    /no space left on device|ENOSPC|disk quota exceeded|EDQUOT|not enough (free )?(disk )?space|DiskFull/i,
  /** Memory ran out, as the program sees it. */
  noMemory:
    /cannot allocate memory|ENOMEM|NoMemoryError|failed to allocate memory|out of memory|MemoryError|OutOfMemoryError|std::bad_alloc/i,
  /** A key that does not open what was encrypted. */
  key: /MessageEncryptor::InvalidMessage|MessageVerifier::InvalidSignature|InvalidKeyLengthError|key must be \d+ bytes|OpenSSL::Cipher::CipherError|bad decrypt|Encryption key must be exactly/,
  /** The key is not there at all. */
  keyMissing: /Missing encryption key to decrypt|MissingKeyError|Missing `secret_key_base`/,
  /** A program of another processor. */
  format: /exec format error|cannot execute binary file|bad ELF|wrong ELF class/i,
  /** A program that is not there. */
  noCommand:
    /executable file not found|: (not found|command not found)$|bundler: command not found|No such file or directory - (bin|exe)\/|env: .*: No such file/i,
  /** A library that is not in the image. */
  library:
    /cannot load such file -- |\bLoadError\b|ModuleNotFoundError|No module named|Cannot find (module|package)|Could not find .* in (locally installed gems|any of the sources)|Bundler::GemNotFound|error while loading shared libraries|ClassNotFoundException|NoClassDefFoundError/i,
  /** A port of its own that is taken. */
  portTaken: /address already in use|EADDRINUSE|port is already allocated|Only one usage of each socket/i,
  /** An earlier process left its mark. */
  stalePid: /server is already running.*(pid|tmp\/pids)|pid file .*already exists/i,
  /** A host name that the app does not serve. */
  host: /blocked hosts?:|DisallowedHost|Invalid HTTP_HOST|host (name )?(header )?(is )?(not allowed|not permitted|invalid|blocked)|disallowed host|unknown host header|HostAuthorization/i,
  /** A limit of requests. */
  limit: /rate.?limit|throttl|too many requests|Rack::?_?Attack/i,
} as const;

/** The last line with a complaint of this kind, or nothing. */
export function complaint(lines: readonly string[], kind: Complaint): string | undefined {
  const pattern: RegExp = complaints[kind];
  return lines.findLast((line) => pattern.test(line))?.trim();
}

const exceptions: readonly RegExp[] = [
  // Ruby: PLACE:LINE:in 'METHOD': MESSAGE (CLASS), and CLASS (MESSAGE) of Rails.
  /^\S+:\d+:in .*: .*\([A-Z]\w*(::\w+)*\)\s*$/,
  /\b[A-Z]\w*(::[A-Z]\w*)+ \(.+\)?:?\s*$/,
  /^\s*(\[[\w-]+\]\s+)*[A-Z]\w*(Error|Exception|NotFound|Invalid\w*) \(.+\):?\s*$/,
  /\b[A-Z]\w*(Error|Exception)\b.*\([A-Z]\w*(::\w+)*\)\s*$/,
  // Python, JavaScript, Java and PHP: CLASS: MESSAGE.
  /^\s*(Uncaught |Caused by: |Exception in thread "[^"]*" )?([\w$]+[.:\\]{1,2})*[A-Z]\w*(Error|Exception|Invalid\w*|NotFound|Interrupt)( \[\w+\])?: /,
  /^PHP (Fatal|Parse) error/,
  // Go, Rust, Elixir.
  /^panic: |^fatal error: |^thread '.*' panicked at/,
  /^\*\* \(\w/,
];

/** The line of a log that names the exception that ended or failed something; of several, the last. */
export function exception(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => exceptions.some((pattern) => pattern.test(line)))?.trim();
}

/** A line short enough for a report, with time stamps and request ids in front taken off. */
export function short(line: string, max = 130): string {
  const bare = line
    .replace(
      /^(\s*(\[[^\]]*\]|\d{4}-\d\d-\d\d[T ][\d:.,]+Z?( UTC)?|[DIWEF],? (?=\s*[[\d-])|--|#\d+|:)\s*)*(?=\S{2})/,
      "",
    )
    .trim();
  const text = bare === "" ? line.trim() : bare;
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
