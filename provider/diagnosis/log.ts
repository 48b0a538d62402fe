/** Reads logs: which exception ended an app, and what it complains about. */

/** The kinds of complaint that mean the same whatever program utters them: texts of kernels, libraries and servers. */
export type Complaint = keyof typeof complaints;

/** Names of errors are names, in capitals and whole: ModuleNotFoundError has ENOTFOUND in it. */
const codes: Partial<Record<Complaint, RegExp>> = {
  refused: /\bECONNREFUSED\b/,
  unresolved: /\b(ENOTFOUND|EAI_AGAIN|EAI_NONAME)\b/,
  unreachable: /\b(ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b/,
  readOnly: /\bEROFS\b/,
  permission: /\bEACCES\b/,
  privilege: /\bEPERM\b/,
  noSpace: /\b(ENOSPC|EDQUOT)\b/,
  noMemory: /\bENOMEM\b/,
  portTaken: /\bEADDRINUSE\b/,
};

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
  /** Data of another major version: PostgreSQL's own words, and those of the official image from 18 on. */
  dataFormat:
    /database files are incompatible with server|initialized by PostgreSQL version \S+, which is not compatible|there appears to be PostgreSQL data in/i,
  /** Nobody listens there. */
  refused: /connection refused|actively refused|Can't connect to (local )?(MySQL )?server/i,
  /** A name is not known. */
  unresolved:
    /could not translate host name|Name or service not known|nodename nor servname|Temporary failure in name resolution|no such host|getaddrinfo(: | failed)|UnknownHostException|Unknown( MySQL server)? host|Name does not resolve|Could not resolve host|host not found in upstream|No address associated with hostname|server misbehaving/i,
  /** Nothing came back. */
  unreachable:
    /Network is unreachable|No route to host|Net::OpenTimeout|connect(ion)? timed? ?out|Connection timed out|i\/o timeout|execution expired|timeout expired|ConnectTimeout|connect timeout|connection attempt timed out/i,
  /** A file system that may not be written. */
  readOnly: /read-only file system/i,
  /** Somebody else's file. */
  permission: /permission denied(?! for (table|relation|schema|database|sequence|function))|is not writable/i,
  /** Something that only root, or a capability, may do. */
  privilege: /operation not permitted/i,
  /** The disk is full. */
  noSpace: /no space left on device|disk quota exceeded|not enough (free )?(disk )?space|DiskFull/i,
  /** Memory ran out, as the program sees it. */
  noMemory:
    /cannot allocate memory|NoMemoryError|failed to allocate memory|out of memory|MemoryError|OutOfMemoryError|std::bad_alloc/i,
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
    /cannot load such file -- |\bLoadError\b|ModuleNotFoundError|No module named|Cannot find (module|package)|Could not find .* in (locally installed gems|any of the sources)|Bundler::GemNotFound|error while loading shared libraries|ClassNotFoundException|NoClassDefFoundError|UnsatisfiedLinkError|DllNotFoundException|Unable to load shared library|find a valid ICU package|No usable version of libssl|cannot open shared object file/i,
  /** A runtime or a C library of another version than the program was built for. */
  version:
    /compiled by a more recent version|version `[\w.]+' not found \(required by|compatible framework version|You must install or update \.NET|Your Ruby version is|requires a different Python|engine "node" is incompatible|NODE_MODULE_VERSION|compiled against a different Node|Composer detected issues in your platform|wrong ruby version/i,
  /** A port of its own that is taken. */
  portTaken: /address already in use|port is already allocated|Only one usage of each socket/i,
  /** An address to listen on that the container does not have. */
  noAddress:
    /\b(bind|listen)(ing|\(2\))?\b.*(cannot assign requested address|EADDRNOTAVAIL|address not available)|(cannot assign requested address|EADDRNOTAVAIL).*\b(bind|listen)/i,
  /** A unix socket to listen on, whose directory is not there. */
  noSocketDirectory:
    /\b(bind|listen)(ing|\(\d?\))?\b.*(no such file or directory|ENOENT)|(no such file or directory|ENOENT).*\b(bind|listen)/i,
  /** A program, or the interpreter that a script names, which the kernel did not find when the container had been started. */
  execed: /^(\[FATAL tini \(\d+\)\] )?exec \S+( failed)?: no such file or directory$/i,
  /** An earlier process left its mark. */
  stalePid: /server is already running.*(pid|tmp\/pids)|pid file .*already exists/i,
  /** No more connections to a server of data. */
  tooMany:
    /too many clients already|remaining connection slots|too many connections|max number of clients reached/i,
  /** A server of data that turns a connection away for how, or from where, it comes. */
  rule: /no pg_hba\.conf entry|server does not support SSL|SSL (connection )?is required|SSL off\b|connection is insecure|insecure transport|is not allowed to connect to this|Redis is running in protected mode|pg_hba\.conf rejects/i,
  /** A certificate of somebody else's that is not taken. */
  certificate:
    /certificate signed by unknown authority|unable to get (local )?issuer certificate|self[- ]signed certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED|certificate has expired|not yet valid|PKIX path building failed|failed to verify certificate|ERR_TLS_CERT_ALTNAME_INVALID|UntrustedRoot|RemoteCertificate|UnknownIssuer/i,
  /** SQLite's own words. */
  sqlite:
    /unable to open database file|SQLITE_CANTOPEN|attempt to write a readonly database|SQLITE_READONLY/i,
  /** The sandbox of Deno, and that of Node. */
  sandbox:
    /NotCapable: Requires \w+ access|PermissionDenied: Requires \w+ access|ERR_ACCESS_DENIED|Access to this API has been restricted/,
  /** A command that was given words that it does not know. */
  usage:
    /\b(unknown|unrecognized|unexpected|invalid|illegal|no such) (sub)?(command|option|argument|flag)s?\b|^usage: |flag provided but not defined/i,
  /** A host name that the app does not serve. */
  host: /blocked hosts?:|DisallowedHost|Invalid HTTP_HOST|host (name )?(header )?(is )?(not allowed|not permitted|invalid|blocked)|disallowed host|unknown host header|HostAuthorization/i,
  /** A limit of requests. */
  limit: /rate.?limit|throttl|too many requests|Rack::?_?Attack/i,
} as const;

/** The last line with a complaint of this kind, or nothing. */
export function complaint(lines: readonly string[], kind: Complaint): string | undefined {
  const pattern: RegExp = complaints[kind];
  const found = lines.filter((line) => pattern.test(line) || codes[kind]?.test(line) === true);
  // A sentence says more than the field of an object that was printed, such as `code: 'EACCES'`.
  return (found.findLast((line) => !aside.test(line)) ?? found.at(-1))?.trim();
}

/** What web servers say when they begin, before they listen: Puma and Rails, gunicorn, uvicorn, Tomcat and Jetty within Spring, Thin. */
const beginnings =
  /\bPuma starting in\b|=> Booting \w+|\bStarting gunicorn\b|\bStarted server process \[|Waiting for application startup|\b(Tomcat|Jetty|Undertow) (initialized|starting)|\bThin web server\b|\*\*\* Starting uWSGI\b/;

/** Whether a web server has said that it begins. */
export function serverBegins(lines: readonly string[]): boolean {
  return lines.some((line) => beginnings.test(line));
}

/** Words with which programs say what went wrong, whatever it was. */
const trouble =
  /\b(error|errors|fatal|critical|emerg|alert|panic|exception|fail(ed|ure|s)?|cannot|can't|could not|couldn't|unable|denied|refused|invalid|illegal|missing|required|requires|must|not (found|allowed|permitted|supported|set)|no such|unknown|unrecognized|unexpected|usage)\b/i;
/** Lines that repeat, point or count: calls, source text, and what a server says of its own end. */
const aside =
  /^\s*(at |from |File "|\^|~|\d+: 0x|code: |errno: |syscall: |path: |\}|\{)|npm (error|ERR!) (A complete log|code|errno|syscall|path|enoent$|enoent This is)|shutting down|exiting \(pid|exited with code|^\s*[\^~ ]+$/i;

/** The last line that says of itself that something is wrong, or else the last one. */
export function telling(lines: readonly string[]): string | undefined {
  return (
    lines.findLast((line) => trouble.test(line) && !aside.test(line)) ??
    lines.findLast((line) => line.trim() !== "" && !aside.test(line)) ??
    lines.findLast((line) => line.trim() !== "")
  )?.trim();
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
  // Deno, .NET, PHP without its prefix, and Node's own aborts.
  /^(error: )?Uncaught /,
  /^Unhandled exception\. /,
  /^FATAL ERROR: /,
];

/** The line of a log that names the exception that ended or failed something; of several, the last. */
export function exception(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => exceptions.some((pattern) => pattern.test(line)))?.trim();
}

/** A line short enough for a report, with time stamps and request ids in front taken off. */
export function short(line: string, max = 130): string {
  const bare = line
    .replace(
      /^(\s*(\[[^\]]*\]|\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+Z?( UTC)?|[DIWEF],? (?=\s*[[\d-])|--|#\d+|:)\s*)*(?=\S{2})/,
      "",
    )
    .trim();
  const text = bare === "" ? line.trim() : bare;
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
