// The table of flags. To add one, add a row; to find where its value goes, follow FIELD.
#include <limits>

#include "bench/minted.h"
#include "bench/runner.h"
#include "bench/token_corpus.h"
#include "flags.h"
#include "mint/fault.h"
#include "verify/backend_choice.h"

namespace assay::cli {

namespace {

using Rows = std::vector<Flag>;

constexpr const char* kVerify = "verify";
constexpr const char* kAudit = "audit";
constexpr const char* kInspect = "inspect";
constexpr const char* kKeysShow = "keys show";
constexpr const char* kKeysFetch = "keys fetch";
constexpr const char* kMint = "mint";
constexpr const char* kKeygen = "keygen";
constexpr const char* kBench = "bench";
constexpr const char* kCompletion = "completion";
constexpr const char* kHelp = "help";
constexpr const char* kReport = "report";

constexpr long long kMostThreads = 1024;

// A century. With more the flag would only hide that exp is not checked.
constexpr long long kMostLeeway = 3'155'760'000;
constexpr long long kMostFetchSeconds = 31'536'000;
constexpr long long kMostTokenBytes = 1'073'741'824;
constexpr long long kMostBenchKeys = 10'000;
constexpr long long kMostBatch = 65'536;
constexpr long long kMostBenchTokens = 4'194'304;
constexpr long long kMostClaimsBytes = 16'384;
constexpr long long kMostRepetitions = 1000;
constexpr double kMostRate = 1e12;
constexpr long long kLeastBits = 2048, kMostBits = 16'384;
// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
constexpr std::int64_t kLastSecond = 253'402'300'799;

// --at. `record`: each record may be judged at its own time.
Value time_of_judgement(bool record) {
  const std::string forms =
      record ? "now, record (the time in each record), Unix time (s, ms, us or ns by its magnitude) or RFC 3339"
             : "now, Unix time (s, ms, us or ns by its magnitude) or RFC 3339";
  return {.fields = record ? std::vector<std::string>{"at", "at_record"} : std::vector<std::string>{"at"},
          .default_text = "now",
          .read = [record, forms](Arguments& all, const std::string& text) -> Result<void> {
            all.stream.at_record = record && text == "record";
            all.stream.at.reset();
            if (all.stream.at_record) return {};
            const Result<std::optional<Instant>> at = read_time(text, forms);
            if (!at) return at.error();
            all.stream.at = *at;
            return {};
          }};
}

// mint --at: iat.
Value time_of_issue() {
  return {.fields = {"request.issued_at"},
          .default_text = "now",
          .read = [](Arguments& all, const std::string& text) -> Result<void> {
            const Result<std::optional<Instant>> at =
                read_time(text, "now, Unix time (s, ms, us or ns by its magnitude) or RFC 3339");
            if (!at) return at.error();
            all.mint.options.request.issued_at = *at;
            return {};
          }};
}

// --issuer, --audience. One empty text is FastMCP's empty string, which is not checked, and not a list that holds it.
Value expected_names(Field<std::optional<std::vector<std::string>>> field) {
  return {.fields = {field.name},
          .takes = Value::Takes::each,
          .read = [field](Arguments& all, const std::string& text) -> Result<void> {
            std::optional<std::vector<std::string>>& names = field.of(all);
            const bool held_back = names && names->empty();  // an empty text came before
            if (held_back) names->emplace_back();
            if (!names) {
              names.emplace();
              if (text.empty()) return {};
            }
            names->push_back(text);
            return {};
          }};
}

// --profile: each of the library's, and fastmcp for the newest.
Reader<Profile> profile() {
  return one_of<Profile>({{"fastmcp", Profile::fastmcp},
#define ASSAY_PROFILE_CHOICE(enumerator, name) {name, Profile::enumerator},
                          ASSAY_PROFILES(ASSAY_PROFILE_CHOICE)
#undef ASSAY_PROFILE_CHOICE
  });
}

Reader<mint::Fault> fault() {
  return {.read = [](const std::string& text) { return mint::parse_fault(text); },
          .write = [](const mint::Fault& fault) { return std::string(to_string(fault.reason)); }};
}

// audit --time-zone: "ZONE", or "GLOB=ZONE". No zone holds a '='.
Reader<ZoneRule> zone_rule() {
  return {
      .read = [](const std::string& text) -> Result<ZoneRule> {
        const std::size_t equals = text.rfind('=');
        ZoneRule rule;
        if (equals != std::string::npos) rule.glob = text.substr(0, equals);
        rule.zone = text.substr(equals == std::string::npos ? 0 : equals + 1);
        if (rule.zone.empty() || equals == 0)
          return Error{"cannot read " + in_quotes(text) + "; use ZONE or GLOB=ZONE, such as '*/app/*=Europe/Berlin'"};
        return rule;
      },
      .write = [](const ZoneRule& rule) { return rule.glob.empty() ? rule.zone : rule.glob + "=" + rule.zone; }};
}

// bench --backend: "auto" is what auto chooses here.
Reader<std::string> bench_backend() {
  return {.read = [](const std::string& text) -> Result<std::string> {
            if (text == "openssl" || text == "lanes") return text;
            if (text != "auto") return Error{"cannot use " + in_quotes(text) + "; use openssl, lanes or auto"};
            const auto chosen = verify::make_backend({});
            if (!chosen) return chosen.error();
            return std::string((*chosen)->name());
          },
          .write = [](const std::string& name) { return name; }};
}

// bench --algorithm: a list, or all.
Reader<std::vector<std::string>> bench_algorithms() {
  // A name with the size of RSA keys, or one of an algorithm, whose reader explains what is wrong with any other.
  const Reader<std::string> one = {.read = [](const std::string& text) -> Result<std::string> {
                                     if (const auto minted = bench::minted_from_name(text)) return name_of(*minted);
                                     if (const std::size_t colon = text.find(':'); colon != std::string::npos)
                                       return Error{"cannot use " + in_quotes(text) +
                                                    "; RS256:3072 and RS256:4096 are RSA keys of that size, and so "
                                                    "for the other RS and PS algorithms"};
                                     const Result<Algorithm> read = algorithm().read(text);
                                     if (!read) return read.error();
                                     return std::string(to_string(*read));
                                   },
                                   .write = [](const std::string& name) { return name; }};
  const Reader<std::vector<std::string>> list = list_of(one);
  return {.read = [list](const std::string& text) -> Result<std::vector<std::string>> {
            if (text == "all") return bench::all_algorithms();
            return list.read(text);
          },
          .write = [](const std::vector<std::string>& names) { return joined(names, ","); }};
}

// A whole number of seconds, up to a year.
Reader<double> seconds_of_fetch() {
  const Reader<std::int64_t> whole = whole_number<std::int64_t>(1, kMostFetchSeconds, "seconds");
  return {.read = [whole](const std::string& text) -> Result<double> {
            const Result<std::int64_t> seconds = whole.read(text);
            if (!seconds) return seconds.error();
            return static_cast<double>(*seconds);
          },
          .write = [whole](const double& seconds) { return whole.write(static_cast<std::int64_t>(seconds)); }};
}

// bench --input: a named file, because it is read many times and a pipe can be read only once.
Reader<std::string> log_file() {
  return {.read = [](const std::string& text) -> Result<std::string> {
            if (text.empty() || text == "-") return Error{"the log is read many times; name a file"};
            return text;
          },
          .write = [](const std::string& path) { return path; }};
}

std::vector<std::string> bench_words() {
  std::vector<std::string> words = names_of_algorithms();
  words.emplace_back("all");
  return words;
}

Rows bench_rows() {
  const std::string measure = "What to measure", results = "Results";
  return {
      {.name = "--input",
       .placeholder = "FILE",
       .group = measure,
       .commands = {kBench},
       .help = "measure this log instead of minted tokens, with the keys and the policy below",
       .value = set(FIELD(bench.settings, input), log_file())},
      {.name = "--algorithm",
       .placeholder = "LIST",
       .group = measure,
       .commands = {kBench},
       .help = "measure these algorithms, separated by commas, or all; RS256:3072 has RSA keys of 3072 bits; "
               "with --input, allow only these",
       .value = set(FIELD(bench.settings, algorithms), bench_algorithms()),
       .suggestions = bench_words()},
      {.name = "--backend",
       .placeholder = "LIST",
       .group = measure,
       .commands = {kBench},
       .help = "measure these backends: openssl, lanes, auto",
       .value = set(FIELD(bench.settings, backends), list_of(bench_backend())),
       .suggestions = {"openssl", "lanes", "auto"}},
      {.name = "--threads",
       .placeholder = "LIST",
       .group = measure,
       .commands = {kBench},
       .help = "measure with these numbers of threads, each thread on its own core",
       .value = set(FIELD(bench.settings, threads), list_of(whole_number<int>(1, kMostThreads, "threads"))),
       .default_text = "1, 2, 4 ... and all cores"},
      {.name = "--keys",
       .placeholder = "LIST",
       .group = measure,
       .commands = {kBench},
       .help = "measure with these numbers of keys in rotation, up to " + std::to_string(kMostBenchKeys),
       .value = set(FIELD(bench.settings, keys), list_of(whole_number<std::size_t>(1, kMostBenchKeys, "keys")))},
      {.name = "--batch",
       .placeholder = "LIST",
       .group = measure,
       .commands = {kBench},
       .help = "also measure calls of the library with these numbers of tokens",
       .value = set(FIELD(bench.settings, batches), list_of(whole_number<std::size_t>(1, kMostBatch, "tokens"))),
       .default_text = "none"},
      {.name = "--repeated",
       .group = measure,
       .commands = {kBench},
       .help = "also measure a log whose tokens repeat: 1 % are distinct, with frequencies by Zipf's law",
       .value = turn_on(FIELD(bench.settings, repeated))},
      {.name = "--rate",
       .placeholder = "N",
       .group = measure,
       .commands = {kBench},
       .help = "tell how many cores N tokens a second take with each algorithm",
       .value = set(FIELD(bench.settings, rate), decimal(1, kMostRate, "tokens a second")),
       .default_text = "none"},
      {.name = "--claims",
       .placeholder = "BYTES",
       .group = measure,
       .commands = {kBench},
       .help = "mint tokens with claims of this size",
       .value = set(FIELD(bench.settings, claims_bytes),
                    whole_number<std::size_t>(bench::kLeastClaimsBytes, kMostClaimsBytes, "bytes"))},
      {.name = "--tokens",
       .placeholder = "N",
       .group = measure,
       .commands = {kBench},
       .help = "mint this many tokens for each algorithm",
       .value = set(FIELD(bench.settings, tokens), whole_number<std::size_t>(1, kMostBenchTokens, "tokens")),
       .default_text = "8192 to 131072, by algorithm"},
      {.name = "--seconds",
       .placeholder = "S",
       .group = measure,
       .commands = {kBench},
       .help = "measure each row for this long, over all its repetitions",
       .value = set(FIELD(bench.settings, seconds), decimal(0.01, 3600, "seconds"))},
      {.name = "--repetitions",
       .placeholder = "N",
       .group = measure,
       .commands = {kBench},
       .help = "repeat each row, in turn with the other rows and with plain OpenSSL",
       .value = set(FIELD(bench.settings, repetitions), whole_number<int>(1, kMostRepetitions, "repetitions"))},

      {.name = "--json",
       .placeholder = "PATH",
       .group = results,
       .commands = {kBench},
       .help = "write everything here, with all samples; - is standard output, and sends the table to standard error",
       .value = set(PROGRAM_ONLY(bench.json), path()),
       .record = Record::nothing},
      {.name = "--html",
       .placeholder = "PATH",
       .group = results,
       .commands = {kBench},
       .help = "draw the results here, as one page that needs nothing else",
       .value = set(PROGRAM_ONLY(bench.html), path()),
       .record = Record::nothing},
      {.name = "--compare",
       .placeholder = "PATH",
       .group = results,
       .commands = {kBench},
       .help = "show what changed since this report of --json, by the ratio to plain OpenSSL; what no other flag sets "
               "is measured as in that report",
       .value = set(PROGRAM_ONLY(bench.compare), path()),
       .record = Record::nothing},
  };
}

Rows key_rows() {
  using Kind = KeySource::Kind;
  return {
      {.name = "--jwks",
       .placeholder = "PATH|URL",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow},
       .help = "read keys from this JSON Web Key Set, or map from kid to PEM; a URL must be https, or http on loopback",
       .value = append(FIELD(verifier, keys), key_source(Kind::jwks_file, true)),
       .record = Record::url_without_credentials},
      {.name = "--jwks",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kBench},
       .help = "read keys from this JSON Web Key Set",
       .value = append(FIELD(verifier, keys), key_source(Kind::jwks_file))},
      {.name = "--public-key",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "read a public key in PEM or DER (SPKI, PKCS#1, EC or an X.509 certificate), or a single JWK",
       .value = append(FIELD(verifier, keys), key_source(Kind::public_key_file))},
      {.name = "--secret-file",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "read the shared secret of HS256, HS384 and HS512: the exact bytes, without a text file's final newline",
       .value = append(FIELD(verifier, keys), key_source(Kind::secret_file))},
      {.name = "--secret-encoding",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "how the secret files write the secret: raw (its exact bytes), base64 or hex",
       .value = set(PROGRAM_ONLY(secret_encoding), one_of<SecretEncoding>({{"raw", SecretEncoding::raw},
                                                                           {"base64", SecretEncoding::base64},
                                                                           {"hex", SecretEncoding::hex}}))},
      {.name = "--static-tokens",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "look tokens up in this JSON table of tokens and what they grant; for development only",
       .value = append(FIELD(verifier, keys), key_source(Kind::static_tokens_file))},
      {.name = "--config",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "read issuers, each with its keys and policy, and what is known of keys over time from this trust file "
               "(TOML); policy flags count over what stands at the top of it",
       .value = set(Field<std::string>{"trust", [](Arguments& all) -> std::string& { return all.config; }}, path())},
      {.name = "--jwks-refetch",
       .placeholder = "SECONDS",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect},
       .help = "fetch the URLs again for a token with an unknown kid: up to three times in a row, then once in "
               "this time",
       .value = set(FIELD(verifier, fetch.refetch_interval_seconds), seconds_of_fetch())},
      {.name = "--jwks-max-age",
       .placeholder = "SECONDS",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect},
       .help = "fetch a URL's key set again when it is older; earlier if the server's Cache-Control says so, but not "
               "before 10 s",
       .value = set(FIELD(verifier, fetch.max_age_seconds), seconds_of_fetch())},
      {.name = "--ssrf-safe",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kKeysFetch},
       .help = "fetch key sets over https and from public addresses only",
       .value = turn_on(FIELD(verifier, fetch.ssrf_safe))},
      {.name = "--ca-file",
       .placeholder = "PATH",
       .group = kKeys,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kKeysFetch},
       .help = "trust this PEM bundle for https, instead of the system's",
       .value = set(FIELD(verifier, fetch.ca_file), path())},
  };
}

Rows policy_rows() {
  return {
      {.name = "--algorithm",
       .placeholder = "ALG",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kKeysShow},
       .help = "allow this algorithm: " + algorithm_names(),
       .value = append(FIELD(verifier, policy.algorithms), algorithm()),
       .suggestions = names_of_algorithms(),
       .default_text = "each that the keys permit, but not ES256K (strict), RS256 (fastmcp)"},
      {.name = "--issuer",
       .placeholder = "ISS",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this iss; one match suffices; {tenantid} in it stands for the claim tid (strict)",
       .value = expected_names(FIELD(verifier, policy.issuers))},
      {.name = "--audience",
       .placeholder = "AUD",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this aud; one match suffices",
       .value = expected_names(FIELD(verifier, policy.audiences))},
      {.name = "--require-claim",
       .placeholder = "NAME=VALUE",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this claim to be VALUE, or a list that contains it",
       .value = append(FIELD(verifier, policy.required_claims), required_claim())},
      {.name = "--typ",
       .placeholder = "TYPE",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this header typ, such as at+jwt (RFC 9068), with or without application/",
       .value = set(FIELD(verifier, policy.required_type), some_text("the type"))},
      {.name = "--require-scope",
       .placeholder = "SCOPE",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this scope, or several separated by spaces or commas; all must be granted",
       .value = append_all(FIELD(verifier, policy.required_scopes), scopes())},
      {.name = "--require-scope-exact",
       .placeholder = "SCOPE",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require this scope, which is not split",
       .value = append(FIELD(verifier, policy.required_scopes), text())},
      {.name = "--max-lifetime",
       .placeholder = "SECONDS",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "require exp to be at most this long after iat; a token without exp or without iat fails",
       .value =
           set(FIELD(verifier, policy.max_lifetime_seconds), whole_number<std::int64_t>(1, kMostLeeway, "seconds"))},
      {.name = "--revoked",
       .placeholder = "PATH",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "reject the tokens on this list: NDJSON or CSV with jti (and iss) or ath, and perhaps from, a time",
       .value = append(FIELD(verifier, policy.revoked), path())},
      {.name = "--at",
       .placeholder = "TIME",
       .group = kPolicy,
       .commands = {kVerify, kBench},
       .help = "judge at this time: now, record (the time in each record), Unix time (s, ms, us or ns by its "
               "magnitude) or RFC 3339",
       .value = time_of_judgement(true),
       .suggestions = {"now", "record"}},
      {.name = "--at",
       .placeholder = "TIME",
       .group = kPolicy,
       .commands = {kAudit},
       .help = "judge at this time: record (the time of each line), now, Unix time (s, ms, us or ns by its magnitude) "
               "or RFC 3339",
       .value = time_of_judgement(true),
       .suggestions = {"record", "now"},
       .default_text = "record"},
      {.name = "--at",
       .placeholder = "TIME",
       .group = kPolicy,
       .commands = {kInspect},
       .help = "judge at this time: now, Unix time (s, ms, us or ns by its magnitude) or RFC 3339",
       .value = time_of_judgement(false),
       .suggestions = {"now"}},
      {.name = "--leeway",
       .placeholder = "SECONDS",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "clock skew allowed on exp and nbf",
       .value = set(FIELD(verifier, policy.leeway_seconds), whole_number<std::int64_t>(0, kMostLeeway, "seconds"))},
      {.name = "--max-token-bytes",
       .placeholder = "N",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "reject longer tokens unread",
       .value = set(FIELD(verifier, policy.max_token_bytes), whole_number<std::size_t>(1, kMostTokenBytes, "bytes"))},
      {.name = "--accept-padding",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kBench},
       .help = "take tokens whose segments end in '=', which the signature covers, as AWS ALB writes them",
       .value = turn_on(FIELD(verifier, policy.accept_padding))},
      {.name = "--profile",
       .group = kPolicy,
       .commands = {kVerify, kAudit, kInspect, kKeysShow, kBench},
       .help = "follow these rules: the RFCs, or those of FastMCP's JWTVerifier on Python 3.11, bug for bug; "
               "fastmcp is the newest version",
       .value = set(FIELD(verifier, policy.profile), profile())},
  };
}

Rows input_rows() {
  return {
      {.name = "FILE",
       .placeholder = "...",
       .group = kInput,
       .commands = {kVerify},
       .help =
           "read these files, and all files in these directories, and give a verdict for each record; - or no FILE is "
           "standard input. gzip and zstd are decompressed",
       .value = append(FIELD(stream, inputs), text()),
       .record = Record::nothing},  // the summary lists the inputs by itself
      {.name = "TOKEN",
       .group = kInput,
       .commands = {kInspect},
       .help = "explain this token; - or no TOKEN is standard input",
       .value = set(PROGRAM_ONLY(inspect.token), text()),
       .record = Record::nothing},
      {.name = "--input",
       .group = kInput,
       .commands = {kVerify},
       .help = "read one token a line, or one JSON object a line; auto takes each line that begins with { for JSON and "
               "any other for a token",
       .value = set(FIELD(stream, input), one_of<InputFormat>({{"auto", InputFormat::automatic},
                                                               {"lines", InputFormat::lines},
                                                               {"ndjson", InputFormat::ndjson}}))},
      {.name = "--token-field",
       .placeholder = "POINTER",
       .group = kInput,
       .commands = {kVerify, kBench},
       .help = "the place of the token in a JSON record, also in a string that holds JSON",
       .value = set(FIELD(stream, token_field), text())},
      {.name = "--time-field",
       .placeholder = "POINTER",
       .group = kInput,
       .commands = {kVerify, kBench},
       .help = "the place of the time in a JSON record, for --at record",
       .value = set(FIELD(stream, time_field), text())},
      {.name = "--time-format",
       .placeholder = "FORMAT",
       .group = kInput,
       .commands = {kVerify},
       .help = "the form of times that are texts, as for strptime, such as \"%m/%d/%Y %I:%M:%S %p\"",
       .value = set(FIELD(stream, time_format), text()),
       .default_text = "Unix time by magnitude, RFC 3339 and the forms of common logs"},
      {.name = "--time-zone",
       .placeholder = "ZONE",
       .group = kInput,
       .commands = {kVerify},
       .help = "the zone of times that name none: UTC, an offset such as +01:00, or a name such as Europe/Berlin",
       .value = set(FIELD(stream, time_zone), text()),
       .default_text = "none; a time without a zone is missing_time"},
      {.name = "--carry",
       .placeholder = "POINTER",
       .group = kInput,
       .commands = {kVerify},
       .help = "copy this field of the record into its verdict; a token in it is replaced by its ath",
       .value = append(FIELD(stream, carry), text())},

      {.name = "PATH",
       .placeholder = "...",
       .group = kInput,
       .commands = {kAudit},
       .help = "search these logs, and those in these folders, also .gz and .zst; - or no PATH is standard input",
       .value = append(FIELD(stream, inputs), text()),
       .record = Record::nothing},
      {.name = "--explain-input",
       .group = kInput,
       .commands = {kAudit},
       .help = "say for each file how it would be read: format, time, zone, where tokens stand; judge nothing",
       .value = turn_on(PROGRAM_ONLY(explain_input)),
       .record = Record::nothing},
      {.name = "--time-field",
       .placeholder = "POINTER",
       .group = kInput,
       .commands = {kAudit},
       .help = "the place of the time in JSON lines",
       .value = set(FIELD(logs, time_field), text()),
       .default_text = "learnt from each file"},
      {.name = "--time-format",
       .placeholder = "FORMAT",
       .group = kInput,
       .commands = {kAudit},
       .help = "the form of times that are texts, as for strptime, such as \"%m/%d/%Y %I:%M:%S %p\"",
       .value = set(FIELD(logs, time_format), text()),
       .default_text = "learnt from each file"},
      {.name = "--time-zone",
       .placeholder = "[GLOB=]ZONE",
       .group = kInput,
       .commands = {kAudit},
       .help =
           "the zone of times that name none, for all files or for those that match GLOB: Europe/Berlin, +01:00, UTC",
       .value = append(FIELD(logs, time_zones), zone_rule()),
       .default_text = "none; times that need one end the run before it begins"},
      {.name = "--year",
       .placeholder = "YEAR",
       .group = kInput,
       .commands = {kAudit},
       .help = "the year of a file's first line, if its times name none",
       .value = set(FIELD(logs, year), whole_number<int>(1970, 9999, "years")),
       .default_text = "by the file's name, else by when it was changed"},
      {.name = "--carry",
       .placeholder = "POINTER",
       .group = kInput,
       .commands = {kAudit},
       .help = "copy this field of a JSON line into the verdict; a token in it is replaced by its ath",
       .value = append(FIELD(stream, carry), text())},
  };
}

Rows output_rows() {
  const std::string output = "Output";
  return {
      {.name = "--output",
       .short_name = "-o",
       .placeholder = "PATH",
       .group = output,
       .commands = {kVerify},
       .help = "write verdicts here, complete or not at all; NAME.gz and NAME.zst are compressed",
       .value = set(FIELD(stream, output), path()),
       .default_text = "standard output"},
      {.name = "--output",
       .short_name = "-o",
       .placeholder = "PATH",
       .group = output,
       .commands = {kAudit},
       .help = "write verdicts here, complete or not at all; - is standard output",
       .value = set(FIELD(stream, output), path()),
       .default_text = "none; standard output if --format or --only is given"},
      {.name = "--format",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "write verdicts in this form, or none; ecs is events of the Elastic Common Schema, one a line",
       .value = set(FIELD(stream, format), one_of<OutputFormat>({{"ndjson", OutputFormat::ndjson},
                                                                 {"csv", OutputFormat::csv},
                                                                 {"ecs", OutputFormat::ecs},
                                                                 {"none", OutputFormat::none}}))},
      {.name = "--only",
       .group = output,
       .commands = {kVerify},
       .help = "write only these verdicts",
       .value = set(FIELD(stream, only),
                    one_of<Only>({{"all", Only::all}, {"accepted", Only::accepted}, {"rejected", Only::rejected}}))},
      {.name = "--only",
       .group = output,
       .commands = {kAudit},
       .help = "write only these verdicts",
       .value = set(FIELD(stream, only),
                    one_of<Only>({{"all", Only::all}, {"accepted", Only::accepted}, {"rejected", Only::rejected}})),
       .default_text = "rejected"},
      {.name = "--emit-token",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "add the whole token; the output then holds live credentials",
       .value = turn_on(FIELD(stream, emit_token))},
      {.name = "--fingerprint",
       .group = output,
       .commands = {kVerify},
       .help = "add ath, the token's SHA-256 in base64url (RFC 9449)",
       .value = turn_on(FIELD(stream, fingerprint))},
      {.name = "--fingerprint",
       .group = output,
       .commands = {kAudit},
       .help = "add ath, the token's SHA-256 in base64url (RFC 9449)",
       .value = turn_on(FIELD(stream, fingerprint)),
       .default_text = "on"},
      {.name = "--summary",
       .placeholder = "PATH",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "write counts and the run's options here, as one JSON document",
       .value = set(FIELD(stream, summary), path())},
      {.name = "--report",
       .placeholder = "PATH",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "draw the summary for people here, as one HTML page that needs nothing else; NAME.md is Markdown",
       .value = set(FIELD(stream, report), path())},
      {.name = "--baseline",
       .placeholder = "PATH",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "let the report also say what is new since this summary, such as that of the last audit",
       .value = set(Field<std::string>{"baseline", [](Arguments& all) -> std::string& { return all.report.baseline; }},
                    path())},
      {.name = "--checkpoint",
       .placeholder = "PATH",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "keep here what the same command needs to go on after it was killed or stopped; removed at the end. "
               "Inputs must be files, and verdicts go to a file",
       .value = set(FIELD(stream, checkpoint), path()),
       .record = Record::nothing},
      {.name = "--progress",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "show rate and time left on standard error",
       .value = turn_on(PROGRAM_ONLY(progress)),
       .default_text = "on a terminal, unless verdicts go to a terminal too",
       .presentation = true,
       .excludes = "--quiet"},
      {.name = "--quiet",
       .group = output,
       .commands = {kVerify, kAudit},
       .help = "show no progress and no summary on standard error",
       .value = turn_on(PROGRAM_ONLY(quiet)),
       .presentation = true},
      {.name = "--color",
       .group = output,
       .commands = {kInspect},
       .help = "use colour; auto is on a terminal, unless NO_COLOR is set",
       .value =
           set(PROGRAM_ONLY(inspect.colour),
               one_of<Colour>({{"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}}))},
  };
}

Rows speed_rows() {
  const std::string speed = "Speed";
  Rows rows = {
      {.name = "--threads",
       .placeholder = "N",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "use this many threads",
       .value = set(FIELD(stream, threads), whole_number<int>(1, kMostThreads, "threads")),
       .default_text = "all cores"},
      {.name = "--backend",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "verify signatures with OpenSSL, or with lanes, many at once; auto follows ASSAY_BACKEND, else takes "
               "lanes",
       .value = set(FIELD(verifier, backend),
                    one_of<std::string>({{"auto", "auto"}, {"openssl", "openssl"}, {"lanes", "lanes"}}))},
      {.name = "--table-memory",
       .placeholder = "SIZE",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "let lanes use this much memory for tables of keys, such as 64MiB; 0 is no tables",
       .value = set(FIELD(verifier, table_memory), size())},
      {.name = "--memo-memory",
       .placeholder = "SIZE",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "use this much memory to remember valid tokens, so that they are not verified again",
       .value = set(FIELD(verifier, memo_memory), size())},
      {.name = "--no-memo",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "remember no tokens: verify each one every time",
       .value = set_to(FIELD(verifier, memo_memory), std::size_t{0}),
       .excludes = "--memo-memory"},
      {.name = "--cross-check",
       .placeholder = "SHARE",
       .group = speed,
       .commands = {kVerify, kAudit},
       .help = "let OpenSSL verify this share of the lanes' signatures too, from 0 to 1; a difference ends the run",
       .value = set(FIELD(verifier, cross_check), share())},
  };
  for (Flag& flag : rows) flag.presentation = true;
  return rows;
}

Rows mint_rows() {
  const std::string key = "Key", claims = "Claims", corpus = "Corpus", output = "Output";
  return {
      {.name = "--key",
       .placeholder = "PATH",
       .group = key,
       .commands = {kMint},
       .help = "sign with this private key (PEM, not encrypted), or this secret for HS algorithms",
       .value = set(PROGRAM_ONLY(mint.key), path()),
       .required = true},
      {.name = "--algorithm",
       .placeholder = "ALG",
       .group = key,
       .commands = {kMint},
       .help = "sign with this algorithm",
       .value = set(PROGRAM_ONLY(mint.algorithm), algorithm()),
       .suggestions = names_of_algorithms()},
      {.name = "--kid",
       .placeholder = "KID",
       .group = key,
       .commands = {kMint},
       .help = "name the key in the header",
       .value = set(FIELD(mint.options, request.kid), text())},

      {.name = "--subject",
       .placeholder = "SUB",
       .group = claims,
       .commands = {kMint},
       .help = "set sub",
       .value = set(FIELD(mint.options, request.subject), text())},
      {.name = "--issuer",
       .placeholder = "ISS",
       .group = claims,
       .commands = {kMint},
       .help = "set iss",
       .value = set(FIELD(mint.options, request.issuer), text())},
      {.name = "--audience",
       .placeholder = "AUD",
       .group = claims,
       .commands = {kMint},
       .help = "set aud; several make a list",
       .value = append(FIELD(mint.options, request.audiences), text())},
      {.name = "--scope",
       .placeholder = "SCOPE",
       .group = claims,
       .commands = {kMint},
       .help = "set scope; several are joined with spaces",
       .value = append(FIELD(mint.options, request.scopes), text())},
      {.name = "--expires-in",
       .placeholder = "SECONDS",
       .group = claims,
       .commands = {kMint},
       .help = "set exp so long after iat",
       .value = set(FIELD(mint.options, request.expires_in_seconds),
                    whole_number<std::int64_t>(-kLastSecond, kLastSecond, "seconds"))},
      {.name = "--claim",
       .placeholder = "NAME=JSON",
       .group = claims,
       .commands = {kMint},
       .help = "add this claim, or replace the claim of this name",
       .value = append(FIELD(mint.options, request.additional_claims), claim())},
      {.name = "--at",
       .placeholder = "TIME",
       .group = claims,
       .commands = {kMint},
       .help = "set iat: now, Unix time (s, ms, us or ns by its magnitude) or RFC 3339",
       .value = time_of_issue()},

      {.name = "--count",
       .placeholder = "N",
       .group = corpus,
       .commands = {kMint},
       .help = "mint this many tokens, one a line, each with its own jti",
       .value = set(FIELD(mint.options, count),
                    whole_number<std::uint64_t>(0, std::numeric_limits<std::int64_t>::max(), "tokens")),
       .default_text = "one token without jti"},
      {.name = "--fault",
       .placeholder = "KIND=SHARE",
       .group = corpus,
       .commands = {kMint},
       .help = "spoil this share of the tokens in this way, such as expired=0.05",
       .value = append(FIELD(mint.options, faults), fault())},
      {.name = "--seed",
       .placeholder = "S",
       .group = corpus,
       .commands = {kMint},
       .help = "draw faults and jti from this seed",
       .value = set(FIELD(mint.options, seed), seed()),
       .default_text = "random"},
      {.name = "--threads",
       .placeholder = "N",
       .group = corpus,
       .commands = {kMint},
       .help = "sign on this many threads",
       .value = set(FIELD(mint.options, threads), whole_number<int>(1, kMostThreads, "threads")),
       .default_text = "all cores"},

      {.name = "--output",
       .short_name = "-o",
       .placeholder = "PATH",
       .group = output,
       .commands = {kMint},
       .help = "write tokens here, complete or not at all; a new file is readable by its owner only",
       .value = set(PROGRAM_ONLY(mint.output), text()),
       .default_text = "standard output"},
  };
}

Rows keygen_rows() {
  const std::string key = "Key", files = "Files";
  return {
      {.name = "--algorithm",
       .placeholder = "ALG",
       .group = key,
       .commands = {kKeygen},
       .help = "make a key for this algorithm: " + algorithm_names(),
       .value = set(PROGRAM_ONLY(keygen.algorithm), algorithm()),
       .suggestions = names_of_algorithms()},
      {.name = "--bits",
       .placeholder = "N",
       .group = key,
       .commands = {kKeygen},
       .help = "size of an RSA modulus, " + std::to_string(kLeastBits) + " to " + std::to_string(kMostBits),
       .value = set(PROGRAM_ONLY(keygen.bits), whole_number<int>(kLeastBits, kMostBits, "bits"))},
      {.name = "--kid",
       .placeholder = "KID",
       .group = key,
       .commands = {kKeygen},
       .help = "name the key in the JSON Web Key Set",
       .value = set(PROGRAM_ONLY(keygen.kid), text())},

      {.name = "--private",
       .placeholder = "PATH",
       .group = files,
       .commands = {kKeygen},
       .help = "write the private key (PKCS#8 PEM) or the secret here, with mode 0600",
       .value = set(PROGRAM_ONLY(keygen.private_path), path()),
       .required = true},
      {.name = "--public",
       .placeholder = "PATH",
       .group = files,
       .commands = {kKeygen},
       .help = "write the public key (SPKI PEM) here; an existing file is replaced",
       .value = set(PROGRAM_ONLY(keygen.public_path), path())},
      {.name = "--jwks",
       .placeholder = "PATH",
       .group = files,
       .commands = {kKeygen},
       .help = "write a JSON Web Key Set with the public key here; an existing file is replaced",
       .value = set(PROGRAM_ONLY(keygen.jwks_path), path())},
      {.name = "--force",
       .group = files,
       .commands = {kKeygen},
       .help = "replace an existing private file",
       .value = turn_on(PROGRAM_ONLY(keygen.force))},
  };
}

Rows keys_show_rows() {
  return {
      {.name = "--json",
       .group = "Output",
       .commands = {kKeysShow},
       .help = "print one JSON document instead of a page for people",
       .value = turn_on(PROGRAM_ONLY(keys_show.json))},
  };
}

Rows keys_fetch_rows() {
  const std::string archive = "Archive";
  return {
      {.name = "URL",
       .placeholder = "...",
       .group = archive,
       .commands = {kKeysFetch},
       .help = "fetch the JSON Web Key Sets at these addresses: https, or http on loopback",
       .value = append(PROGRAM_ONLY(keys_fetch.urls), some_text("the URL")),
       .record = Record::nothing,
       .required = true},
      {.name = "--archive",
       .placeholder = "DIR",
       .group = archive,
       .commands = {kKeysFetch},
       .help =
           "store each set that is new in this folder, as NAME-2026-11-24T120000Z.json; the folder is made if it is "
           "missing",
       .value = set(PROGRAM_ONLY(keys_fetch.archive), path()),
       .record = Record::nothing,
       .required = true},
      {.name = "--quiet",
       .group = archive,
       .commands = {kKeysFetch},
       .help = "print only what went wrong",
       .value = turn_on(PROGRAM_ONLY(keys_fetch.quiet))},
  };
}

Rows help_rows() {
  const std::string topic = "Topic", manual = "Manual pages";
  return {
      {.name = "SHELL",
       .group = topic,
       .commands = {kCompletion},
       .help = "print the completion of this shell",
       .value = set(PROGRAM_ONLY(completion),
                    one_of<Shell>({{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}})),
       .record = Record::nothing,
       .required = true},
      {.name = "COMMAND",
       .placeholder = "...",
       .group = topic,
       .commands = {kHelp},
       .help = "explain this command",
       .value = append(PROGRAM_ONLY(help.topic), text()),
       .record = Record::nothing},
      {.name = "--man",
       .group = manual,
       .commands = {kHelp},
       .help = "print the manual page of the command, or of the program, for man -l",
       .value = turn_on(PROGRAM_ONLY(help.man)),
       .record = Record::nothing},
      {.name = "--man-dir",
       .placeholder = "DIR",
       .group = manual,
       .commands = {kHelp},
       .help = "write the manual pages of the program and of all commands into this folder, for packages",
       .value = set(PROGRAM_ONLY(help.man_dir), path()),
       .record = Record::nothing},
  };
}

// report -o: the ending of the name says in which form.
Reader<std::string> report_file() {
  return {.read = [](const std::string& text) -> Result<std::string> {
            for (const char* ending : {".html", ".htm", ".md", ".json"}) {
              if (text.ends_with(ending)) return text;
            }
            return Error{"cannot tell from " + in_quotes(text) + " what to write; end the name in .html, .md or .json"};
          },
          .write = [](const std::string& path) { return path; }};
}

Rows report_rows() {
  const std::string summaries = "Summaries", output = "Output";
  return {
      {.name = "SUMMARY",
       .placeholder = "...",
       .group = summaries,
       .commands = {kReport},
       .help = "read these files of --summary, also .gz and .zst, and add them up; - is standard input",
       .value = append(PROGRAM_ONLY(report.summaries), text()),
       .record = Record::nothing,
       .required = true},
      {.name = "--baseline",
       .placeholder = "PATH",
       .group = summaries,
       .commands = {kReport},
       .help = "also say what is new since this summary, such as that of the last audit",
       .value = set(PROGRAM_ONLY(report.baseline), path()),
       .record = Record::nothing},
      {.name = "--output",
       .short_name = "-o",
       .placeholder = "PATH",
       .group = output,
       .commands = {kReport},
       .help = "write NAME.html, one page that needs nothing else; NAME.md, the same in Markdown; or NAME.json, one "
               "summary of all",
       .value = set(PROGRAM_ONLY(report.output), report_file()),
       .default_text = "a short text on standard output"},
  };
}

std::vector<Flag> make_table() {
  std::vector<Flag> table;
  for (Rows rows : {bench_rows(), key_rows(), policy_rows(), input_rows(), output_rows(), speed_rows(), mint_rows(),
                    keygen_rows(), keys_show_rows(), keys_fetch_rows(), report_rows(), help_rows()}) {
    for (Flag& flag : rows) {
      if (flag.placeholder.empty()) flag.placeholder = joined(flag.value.choices, "|");
      table.push_back(std::move(flag));
    }
  }
  return table;
}

}  // namespace

const std::vector<Flag>& all_flags() {
  static const std::vector<Flag> table = make_table();
  return table;
}

}  // namespace assay::cli
