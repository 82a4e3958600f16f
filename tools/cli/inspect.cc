// assay inspect: one token explained for a person.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "archive/unpacked.h"
#include "assay/token_inspector.h"
#include "assay/verifier.h"
#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "command.h"
#include "console.h"
#include "inspect_words.h"
#include "jose/compact.h"
#include "jose/token_material.h"
#include "jwk/big_endian.h"
#include "memo/header_memo.h"
#include "readers.h"
#include "run_words.h"
#include "secret_reading.h"
#include "verify/engine.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  head -1 tokens.txt | assay inspect --jwks jwks.json
  assay inspect --public-key pub.pem --issuer https://idp.example.com --audience api < token.txt
  assay inspect --at 2026-09-21T14:00:00Z --jwks jwks.json < token.txt
  assay inspect --secret-file secret.txt < token.txt

A TOKEN given as an argument is visible to other users of this machine and stays in the shell's history: prefer
standard input. Without keys the token is shown and its claims are judged, but nothing is verified. If a secret file
holds the secret in another form, such as base64, the page says how to mend it.

Exit status: 0 accepted, 1 rejected or not verified, 2 could not start.
)";

constexpr std::size_t kMostInput = std::size_t{64} << 20;

// NO_COLOR: https://no-color.org, "when present and not an empty string".
bool wants_colour(Colour colour) {
  if (colour != Colour::automatic) return colour == Colour::always;
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

// A page of text under construction. Everything that comes from the token goes through append_safe.
class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}
  std::string& text() { return text_; }
  void heading(std::string_view name) { text_ += (text_.empty() ? "" : "\n") + styled("1", name) + "\n"; }
  std::string good(std::string_view text) const { return styled("32", text); }
  std::string bad(std::string_view text) const { return styled("1;31", text); }
  std::string faint(std::string_view text) const { return styled("2", text); }

 private:
  std::string styled(const char* code, std::string_view text) const {
    return colour_ ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m" : std::string(text);
  }
  bool colour_;
  std::string text_;
};

// What is shown of a token: header and claims as far as they can be read.
struct Parts {
  std::string token;
  jose::Compact compact;
  base::Arena arena;
  std::string header_bytes;
  const codec::JsonNode* header = nullptr;
  const codec::JsonNode* claims = nullptr;
  const char* header_fault = "not base64url";
  const char* payload_fault = "not base64url";
};

// Whether there are more than three segments. What stands in those of a JWE is ciphertext.
bool has_more_segments(const jose::Compact& compact) { return compact.signature.find('.') != std::string_view::npos; }

void read_parts(Parts& parts, Profile profile) {
  const auto dialect = profile == Profile::strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  parts.compact = jose::take_apart(parts.token, parts.arena);
  codec::JsonError error;
  if (auto bytes = codec::base64url_decode(parts.compact.header)) {
    parts.header_bytes = std::move(*bytes);
    parts.header = codec::parse_json(parts.header_bytes, dialect, parts.arena, &error);
    parts.header_fault = parts.header == nullptr ? error.message : "not an object";
  }
  if (has_more_segments(parts.compact)) return;
  if (parts.compact.payload_bytes.data() != nullptr) {
    parts.claims = codec::parse_json(parts.compact.payload_bytes, dialect, parts.arena, &error);
    parts.payload_fault = parts.claims == nullptr ? error.message : "not an object";
  }
}

// A value as JSON; a long object or list over several lines.
void append_value(std::string& to, const codec::JsonNode& value, std::size_t indent) {
  constexpr std::size_t kOneLine = 72;
  const bool object = value.is(codec::JsonType::object);
  if ((!object && !value.is(codec::JsonType::array)) || value.raw.size() <= kOneLine) {
    std::string line;
    codec::append_json_line(line, value);
    append_safe(to, line);
    return;
  }
  const std::string margin = "\n" + std::string(indent + 2, ' ');
  to += object ? '{' : '[';
  bool first = true;
  const auto begin_item = [&] {
    to += first ? margin : "," + margin;
    first = false;
  };
  for (const auto& [name, item] : value.members) {
    begin_item();
    std::string quoted;
    codec::append_json_string(quoted, name);
    append_safe(to, quoted);
    to += ": ";
    append_value(to, item, indent + 2);
  }
  for (const auto& item : value.items) {
    begin_item();
    append_value(to, item, indent + 2);
  }
  to += "\n" + std::string(indent, ' ') + (object ? '}' : ']');
}

bool is_time(std::string_view name) {
  constexpr std::array<std::string_view, 5> kTimes = {"exp", "nbf", "iat", "auth_time", "updated_at"};
  return std::find(kTimes.begin(), kTimes.end(), name) != kTimes.end();
}

std::string explained(const codec::JsonMember& member, bool in_header, Instant at) {
  const auto& value = member.value;
  if (in_header) {
    const bool alg = member.name == "alg" && value.is(codec::JsonType::string);
    const std::string_view meaning = alg ? algorithm_meaning(value.text) : std::string_view{};
    return std::string(meaning.empty() ? header_meaning(member.name) : meaning);
  }
  std::string text(claim_meaning(member.name));
  if (is_time(member.name) && (value.is(codec::JsonType::integer) || value.is(codec::JsonType::real))) {
    const std::string when = time_in_words(value.text, at);
    if (!when.empty()) text = "= " + when + (text.empty() ? "" : ": " + text);
  }
  return text;
}

void show_object(Page& page, const codec::JsonNode* object, const char* fault, bool in_header, Instant at) {
  if (object == nullptr || !object->is(codec::JsonType::object)) {
    page.text() += "  cannot be read: " + std::string(fault) + "\n";
    return;
  }
  std::vector<std::string> names;
  std::size_t width = 0;
  for (const auto& member : object->members) {
    names.push_back(safe(member.name));
    width = std::min<std::size_t>(std::max(width, names.back().size()), 24);
  }
  if (names.empty()) page.text() += "  (empty)\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    page.text() += "  " + names[i] + std::string(width > names[i].size() ? width - names[i].size() : 0, ' ') + "  ";
    std::string value;
    append_value(value, object->members[i].value, width + 4);
    // A kid may be a whole token of somebody else. Claims are shown as they were signed.
    page.text() += in_header ? jose::without_token_material(value) : value;
    const std::string meaning = explained(object->members[i], in_header, at);
    if (!meaning.empty()) page.text() += "  " + page.faint(meaning);
    page.text() += '\n';
  }
}

constexpr ReasonSet set_of(std::initializer_list<Reason> reasons) {
  ReasonSet set;
  for (const Reason reason : reasons) set.insert(reason);
  return set;
}

// A check as a person counts them, with the reasons for its failure.
struct Check {
  const char* name;
  ReasonSet reasons;
};

// In the order of decision.
constexpr Check kChecks[] = {
    {"size", set_of({Reason::missing_token, Reason::token_too_large})},
    {"shape", set_of({Reason::token_redacted, Reason::other_credential, Reason::encrypted_token,
                      Reason::signature_redacted, Reason::malformed_token})},
    {"header", set_of({Reason::malformed_header, Reason::critical_header})},
    {"algorithm", Reason::algorithm_not_allowed},
    {"key", set_of({Reason::key_not_found, Reason::key_ambiguous, Reason::key_mismatch})},
    {"signature", Reason::signature_invalid},
    {"claims", set_of({Reason::malformed_claims, Reason::claim_type})},
    {"expiry", Reason::token_expired},
    {"not before", Reason::token_not_yet_valid},
    {"lifetime", Reason::token_lifetime},
    {"issuer", Reason::issuer_mismatch},
    {"issuer's key", Reason::issuer_key_mismatch},
    {"audience", Reason::audience_mismatch},
    {"scopes", Reason::scope_missing},
    {"claim values", Reason::claim_mismatch},
    {"type", Reason::type_mismatch},
    {"key's times", set_of({Reason::key_not_yet_valid, Reason::key_retired, Reason::key_compromised})},
    {"revocation", Reason::token_revoked},
};
// Reasons that one token by itself cannot have, or that the static table gives.
constexpr ReasonSet kWithoutCheck = set_of({Reason::malformed_record, Reason::missing_time, Reason::unknown_token});

constexpr bool has_place(Reason reason) {
  for (const Check& check : kChecks) {
    if (check.reasons.contains(reason)) return true;
  }
  return kWithoutCheck.contains(reason);
}
constexpr bool every_reason_has_a_place() {
  for (int i = 0; i < kReasonCount; ++i) {
    if (!has_place(static_cast<Reason>(i))) return false;
  }
  return true;
}
static_assert(every_reason_has_a_place(), "a new reason belongs into kChecks, or inspect does not show it");

// Checks that only issuers with keys of their own, or keys with times, bring up. Without them they have no line.
constexpr bool needs_trust(const Check& check) {
  return check.reasons.contains(Reason::issuer_key_mismatch) || check.reasons.contains(Reason::key_retired);
}

// Returns why the policy does not ask for a check; empty: it does.
std::string_view why_not_asked(const Check& check, const Policy& policy) {
  const auto none = [](const std::optional<std::vector<std::string>>& values) { return !values; };
  switch (check.reasons.first()) {
    case Reason::token_not_yet_valid:
      return is_fastmcp(policy.profile) && policy.profile < Profile::fastmcp_4_2
                 ? "FastMCP does not look at nbf before 4.2"
                 : "";
    case Reason::token_lifetime:
      return policy.max_lifetime_seconds ? "" : "no --max-lifetime";
    case Reason::issuer_mismatch:
      return none(policy.issuers) ? "no --issuer" : "";
    case Reason::audience_mismatch:
      return none(policy.audiences) ? "no --audience" : "";
    case Reason::scope_missing:
      return policy.required_scopes.empty() ? "no --require-scope" : "";
    case Reason::claim_mismatch:
      return policy.required_claims.empty() ? "no --require-claim" : "";
    case Reason::token_revoked:
      return policy.revoked.empty() ? "no --revoked" : "";
    case Reason::type_mismatch:
      return policy.required_type.empty() ? "no --typ" : "";
    default:
      return "";
  }
}

// What the checks found.
struct Findings {
  ReasonSet reasons;
  std::string detail;  // of the first reason
  bool signature_checked = false;
  bool claims_checked = false;  // `reasons` holds all faults of the claims
  bool by_table = false;        // the static table decided
  bool accepted = false;
  bool has_trust = false;  // keys belong to issuers, or have times
  std::string keys;        // with has_trust: the keys that are tried for the token
  // Of an invalid signature: the keys that were tried, and a mend that was found by trying. Empty: none.
  std::string tried, mend;
};

Findings findings_of(const Verdict& verdict, bool has_table) {
  Findings found;
  found.reasons = verdict.reasons;
  found.detail = verdict.detail;
  found.accepted = verdict.valid();
  found.signature_checked = verdict.signature != SignatureState::unchecked;
  found.by_table = has_table && !found.signature_checked &&
                   (verdict.valid() || verdict.reason() == Reason::unknown_token ||
                    verdict.reason() == Reason::token_expired || verdict.reason() == Reason::scope_missing);
  found.claims_checked = verdict.signature == SignatureState::valid;
  return found;
}

Findings findings_of(const Inspection& inspection) {
  Findings found;
  found.reasons = inspection.reasons;
  found.detail = inspection.detail;
  found.claims_checked = inspection.claims_checked;
  return found;
}

// Returns how a check came out. Sets `failed` to the earliest reason if it failed.
std::string outcome(const Page& page, const Check& check, bool asked, const Findings& found,
                    std::optional<Reason>& failed) {
  for (int i = 0; i < kReasonCount && !failed; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (check.reasons.contains(reason) && found.reasons.contains(reason)) failed = reason;
  }
  if (failed) return page.bad("FAILED");
  if (!asked) return page.faint("not asked");
  const bool needs_keys =
      check.reasons.contains(Reason::key_not_found) || check.reasons.contains(Reason::signature_invalid);
  const bool reached = found.reasons.empty() || check.reasons.first() < found.reasons.first();
  // The static table checks only expiry and scopes, and both once it knows the token.
  const bool listed = found.by_table && !found.reasons.contains(Reason::unknown_token);
  const bool key_used = found.signature_checked || found.reasons.contains(Reason::signature_invalid);
  const bool judged = found.claims_checked && !found.reasons.contains(Reason::malformed_claims);
  const bool known = found.by_table ? listed : needs_keys ? reached && key_used : reached || judged;
  return known ? page.good("ok") : page.faint("not checked");
}

void show_checks(Page& page, const Findings& found, const ReadToken& token, const Policy& policy, Instant at) {
  const std::string margin(27, ' ');
  const auto show_failure = [&](Reason reason, bool first) {
    std::string why = first && !found.detail.empty() ? found.detail : std::string(explain(reason));
    page.text() += std::string(to_string(reason)) + ": " + safe(why) + "  " + page.faint(source_of(reason)) + "\n";
    const bool known = reason == Reason::signature_invalid && !found.mend.empty();
    page.text() += margin + "would pass: " + (known ? safe(found.mend) : mend(reason, token, policy, at)) + "\n";
    if (reason == Reason::signature_invalid && !found.tried.empty()) page.text() += margin + found.tried + "\n";
  };
  if (found.by_table) {
    const bool listed = !found.reasons.contains(Reason::unknown_token);
    page.text() += "  static table " + (listed ? page.good("ok") : page.bad("FAILED"));
    if (listed) page.text() += "           the token is in the table\n";
    if (!listed) page.text() += "       ", show_failure(Reason::unknown_token, true);
  }
  for (const Check& check : kChecks) {
    const bool of_table = check.reasons == Reason::token_expired || check.reasons == Reason::scope_missing;
    if (found.by_table && !of_table) continue;
    if (needs_trust(check) && !found.has_trust && (check.reasons & found.reasons).empty()) continue;
    std::optional<Reason> failed;
    const std::string_view unasked = why_not_asked(check, policy);
    const std::string result = outcome(page, check, unasked.empty(), found, failed);
    const std::string name(check.name);
    page.text() += "  " + name + std::string(13 - name.size(), ' ') + result;
    if (failed) {
      page.text() += "       ";
      show_failure(*failed, *failed == found.reasons.first());
      continue;
    }
    if (!unasked.empty()) page.text() += "    " + page.faint(unasked);
    page.text() += '\n';
  }
}

// "RSA key 'k1' of 2048 bits", for the line of keys that were tried.
std::string describe(const Jwk& key) {
  const std::string name = key.has_kid ? " " + safe(in_quotes(key.kid)) : "";
  switch (key.type) {
    case KeyType::RSA:
      return "RSA key" + name + " of " + std::to_string(jwk::bit_length(key.n)) + " bits";
    case KeyType::oct:
      return "secret" + name + (key.k.empty() ? "" : " of " + std::to_string(key.k.size()) + " bytes");
    case KeyType::EC:
    case KeyType::OKP:
      break;
  }
  return std::string(to_string(key.curve)) + " key" + name;
}

// The issuer that the token names, or an empty text.
std::string_view iss_of(const Parts& parts) {
  const codec::JsonNode* iss = parts.claims == nullptr ? nullptr : parts.claims->find("iss");
  return iss != nullptr && iss->is(codec::JsonType::string) ? iss->text : std::string_view();
}

// The policy that applies to the token: that of its issuer, if there are issuers.
const Policy& policy_for(const keys::Snapshot& snapshot, const Parts& parts, const Policy& otherwise) {
  return snapshot.issuers == nullptr ? otherwise : snapshot.issuers->policy_of(snapshot.issuers->find(iss_of(parts)));
}

// "from 2025-11-01T00:00:00Z, retired from ... on", for the line of keys.
std::string describe(const KeyTimes& times) {
  std::string text;
  const auto add = [&](const std::optional<Instant>& at, const char* before, const char* after) {
    if (at) text += (text.empty() ? "" : ", ") + std::string(before) + to_rfc3339(*at) + after;
  };
  add(times.not_before, "counts from ", " on");
  add(times.retired_at, "retired from ", " on");
  add(times.compromised_at, "compromised from ", " on");
  return text;
}

// Lists the keys that are tried for the token, in their order: the choice for a header is the same each time.
std::string candidate_keys(const std::shared_ptr<const keys::Snapshot>& snapshot, const Policy& policy,
                           const Parts& parts) {
  memo::HeaderMemo headers;
  headers.begin_batch(snapshot);
  memo::HeaderPlan& plan = headers.look_up(parts.compact.header, policy);
  const memo::KeyPlan& keys =
      plan.asks_issuer ? headers.keys_for(plan, snapshot->issuers->find(iss_of(parts))) : plan.keys;
  std::string text;
  for (const keys::PreparedKey* key : keys.candidates) {
    text += (text.empty() ? "" : ", ") + describe(key->jwk);
    if (key->issuer != trust::kNoIssuer) text += " of " + safe(snapshot->issuers->at(key->issuer).name);
    if (key->window != nullptr) text += " (" + describe(key->window->times()) + ")";
  }
  return text;
}

// Tries other readings of the secret files on a token whose signature is not valid.
void try_readings(const std::vector<KeySource>& sources, std::string_view token, Findings& found) {
  std::string files;
  for (const KeySource& source : sources) {
    if (source.kind != KeySource::Kind::secret_file) continue;
    if (const auto reading = other_reading(token, source)) {
      found.mend = *reading;
      return;
    }
    files += (files.empty() ? "" : ", ") + source.value;
  }
  if (files.empty()) return;
  found.tried +=
      (found.tried.empty() ? "tried: " : "; ") + safe(files) + " as " + kSecretReadings + ": no reading fits";
}

// Reads standard input to its end, decompressed. Fails if it cannot be read, or is too long for a token.
Result<std::string> read_standard_input() {
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, block, sizeof block);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{std::string("standard input: ") + std::strerror(errno)};
    text.append(block, static_cast<std::size_t>(got));
    if (text.size() > kMostInput) return Error{"standard input: over 64 MiB, give one token"};
  }
  Result<std::string> plain = archive::unpacked(std::move(text), kMostInput);
  if (!plain) return Error{"standard input: " + plain.error().message + "; give one token"};
  return plain;
}

// How many lines of a text begin as tokens do.
std::size_t lines_of_tokens(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    count += jose::strip_scheme(trimmed(text.substr(0, end))).starts_with("eyJ");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

// Reads the token from standard input. Of a file of tokens it takes the first and says so.
Result<std::string> token_of_standard_input() {
  note_waiting_for("a token");
  auto read = read_standard_input();
  if (!read) return read.error();
  const std::string_view text = trimmed(*read);
  const std::size_t tokens = lines_of_tokens(text);
  if (tokens < 2 || lines_of_tokens(text.substr(0, text.find('\n'))) == 0) return std::string(text);
  note("standard input holds " + with_commas(tokens) +
       " tokens and the first is explained; for the second: sed -n 2p FILE | assay inspect");
  return std::string(trimmed(text.substr(0, text.find('\n'))));
}

// Whether the argument is the name of a file that exists.
bool names_file(const std::string& argument) {
  std::error_code error;
  const auto status = std::filesystem::status(argument, error);
  return !error && std::filesystem::exists(status) && !std::filesystem::is_directory(status);
}

// Verifies the token, or checks it without keys. An invalid signature is explained by what was tried.
Findings judge(const std::optional<JwtVerifier>& verifier, const TokenInspector& inspector,
               const std::vector<KeySource>& sources, const Parts& parts, Instant at) {
  if (!verifier) return findings_of(inspector.inspect(parts.token, at));
  const bool has_table = std::any_of(sources.begin(), sources.end(), [](const KeySource& key) {
    return key.kind == KeySource::Kind::static_tokens_file;
  });
  const Verdict verdict = verifier->verify(parts.token, at);
  Findings found = findings_of(verdict, has_table);
  const std::shared_ptr<const keys::Snapshot> snapshot = verifier->engine().snapshot();
  const auto has_window = [](const keys::PreparedKey& key) { return key.window != nullptr; };
  found.has_trust = snapshot->issuers != nullptr ||
                    std::any_of(snapshot->ring->keys().begin(), snapshot->ring->keys().end(), has_window);
  if (found.has_trust) found.keys = candidate_keys(snapshot, verifier->engine().policy(), parts);
  if (!verdict.reasons.contains(Reason::signature_invalid)) return found;
  const std::string keys = candidate_keys(verifier->engine().snapshot(), verifier->engine().policy(), parts);
  if (!keys.empty()) found.tried = "tried: " + keys;
  if (verdict.alg && verdict.alg->starts_with("HS")) try_readings(sources, parts.token, found);
  return found;
}

void show(Page& page, const Parts& parts, const Findings& found, const Policy& policy, Instant at) {
  page.heading("Header");
  show_object(page, parts.header, parts.header_fault, true, at);
  page.heading("Claims");
  if (has_more_segments(parts.compact)) {
    page.text() += "  not shown: more than three segments\n";
  } else if (parts.compact.payload.empty()) {
    page.text() += "  none\n";
  } else {
    show_object(page, parts.claims, parts.payload_fault, false, at);
  }
  page.heading("Checks");
  page.text() +=
      page.faint("  profile " + std::string(to_string(policy.profile)) + ", judged at " + to_rfc3339(at)) + "\n";
  if (!found.keys.empty()) page.text() += page.faint("  keys for it: " + found.keys) + "\n";
  show_checks(page, found, {parts.token, parts.header, parts.claims, parts.compact.signature_bytes}, policy, at);
  page.text() += '\n';
  if (found.accepted) {
    page.text() += page.good("accepted") + "\n";
  } else if (found.reasons.empty()) {
    page.text() += page.bad("not verified") + ": no keys given, so anyone may have written this token\n";
  } else {
    page.text() += page.bad("rejected") + ": " + std::string(to_string(found.reasons.first())) + "\n";
  }
}

int run(Arguments& arguments) {
  JwtVerifierOptions& options = arguments.verifier;
  const auto inspector = TokenInspector::create(options.policy);
  if (!inspector) return fail("inspect", inspector.error());
  const Instant at = arguments.stream.at ? *arguments.stream.at : Instant{Instant::now().seconds, 0};
  const std::vector<KeySource> sources = sources_of(options);
  std::optional<JwtVerifier> verifier;
  if (!sources.empty()) {
    options.on_note = [](std::string_view message) { note(message); };
    auto made = JwtVerifier::create(std::move(options));
    if (!made) return fail("inspect", made.error());
    verifier.emplace(std::move(*made));
  }
  const bool as_argument = arguments.inspect.token && *arguments.inspect.token != "-";
  Result<std::string> input = as_argument ? Result<std::string>(*arguments.inspect.token) : token_of_standard_input();
  if (!input) return fail("inspect", input.error());

  Parts parts;
  parts.token = std::string(jose::strip_scheme(trimmed(*input)));
  read_parts(parts, inspector->policy().profile);
  const Findings found = judge(verifier, *inspector, sources, parts, at);
  if (as_argument && !found.accepted && parts.header == nullptr && names_file(*input)) {
    return fail("inspect", in_quotes(*input) + " is a file, not a token; give it on standard input: assay inspect < " +
                               shell_word(*input));
  }
  Page page(wants_colour(arguments.inspect.colour));
  const Policy& policy =
      verifier ? policy_for(*verifier->engine().snapshot(), parts, inspector->policy()) : inspector->policy();
  show(page, parts, found, policy, at);
  std::fwrite(page.text().data(), 1, page.text().size(), stdout);
  if (stdout_failed() && errno != EPIPE)
    return fail("inspect", std::string("standard output: ") + std::strerror(errno));
  return found.accepted ? 0 : 1;
}

}  // namespace

Command inspect_command() {
  return {.name = "inspect",
          .summary = "Explain one token: header, claims, every check and its result",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
