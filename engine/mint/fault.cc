#include "mint/fault.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "codec/base64url.h"
#include "mint/openssl_signer.h"

namespace assay::mint {
namespace {

struct Kind {
  Reason reason;
  std::string_view short_name;
};

constexpr std::array kKinds = {
    Kind{Reason::missing_token, "missing"},     Kind{Reason::token_too_large, "too_large"},
    Kind{Reason::encrypted_token, "encrypted"}, Kind{Reason::signature_redacted, "redacted"},
    Kind{Reason::malformed_token, "malformed"}, Kind{Reason::malformed_header, "header"},
    Kind{Reason::critical_header, "crit"},      Kind{Reason::algorithm_not_allowed, "algorithm"},
    Kind{Reason::key_not_found, "kid"},         Kind{Reason::signature_invalid, "signature"},
    Kind{Reason::malformed_claims, "claims"},   Kind{Reason::claim_type, "type_of_claim"},
    Kind{Reason::token_expired, "expired"},     Kind{Reason::token_not_yet_valid, "not_yet_valid"},
    Kind{Reason::issuer_mismatch, "issuer"},    Kind{Reason::audience_mismatch, "audience"},
    Kind{Reason::scope_missing, "scope"},       Kind{Reason::type_mismatch, "typ"},
};

// A padding that is longer than a token may be by default.
constexpr std::size_t kOversizedBytes = 70'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kTenYears = 3'652 * kDay;

const Kind* find_kind(std::string_view name) {
  const auto at = std::find_if(kKinds.begin(), kKinds.end(),
                               [&](const Kind& k) { return to_string(k.reason) == name || k.short_name == name; });
  return at == kKinds.end() ? nullptr : &*at;
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string out;
  while (out.size() < size) out += static_cast<char>(random.next() >> 56);
  return out;
}

// Returns header "." payload, both encoded.
std::string signing_input(std::string_view header, std::string_view payload) {
  return codec::base64url_encode(header) + "." + codec::base64url_encode(payload);
}

class Spoiler {
 public:
  Spoiler(Draft& draft, Random& random, Signer& signer, std::string& to)
      : draft_(draft), random_(random), signer_(signer), to_(to) {}

  // Writes the token as the draft stands, signed.
  void write() { write_signed(draft_.header.to_json(), draft_.claims.to_json()); }

  void too_large() {
    draft_.claims.set_string("padding", std::string(kOversizedBytes, 'x'));
    write();
  }

  // RFC 7516 §3.1: header, encrypted key, vector, ciphertext, tag.
  void encrypted() {
    to_ += codec::base64url_encode(R"({"alg":"RSA-OAEP-256","enc":"A256GCM"})");
    for (const std::size_t size : {256u, 12u, 96u, 16u})
      to_ += "." + codec::base64url_encode(random_bytes(random_, size));
  }

  void redacted() {
    constexpr std::array<std::string_view, 5> kEnds = {"", ".", ".***", ".[REDACTED]", ".…"};
    to_ += signing_input(draft_.header.to_json(), draft_.claims.to_json());
    to_ += kEnds[random_.below(kEnds.size())];
  }

  void malformed() {
    const std::size_t start = to_.size();
    write();
    const std::size_t payload = to_.find('.', start) + 1;
    switch (random_.below(4)) {
      case 0:
        to_[payload] = '!';
        break;
      case 1:
        to_ += "==";
        break;
      case 2:
        to_ += ".e30";
        break;
      default:
        to_.resize(payload - 1);  // only the header is left
    }
  }

  void malformed_header() {
    std::string header = draft_.header.to_json();
    if (random_.below(2) == 0) {
      header.pop_back();
    } else {
      header = "[" + header + "]";
    }
    write_signed(header, draft_.claims.to_json());
  }

  void critical() {
    if (random_.below(4) == 0) {
      draft_.header.set("crit", "[]");
    } else {
      draft_.header.set("crit", R"(["urn:example:unknown"])");
      draft_.header.set("urn:example:unknown", "true");
    }
    write();
  }

  // Also signs under "none": a token without a signature would count as redacted.
  void algorithm() {
    constexpr std::array<std::string_view, 4> kNames = {"none", "RS1", "HS1", "XS256"};
    draft_.header.set_string("alg", kNames[random_.below(kNames.size())]);
    write();
  }

  void unknown_kid() {
    draft_.header.set_string("kid", "unknown-" + std::to_string(random_.below(1000)));
    write();
  }

  void bad_signature() {
    const std::string header = draft_.header.to_json();
    const std::string input = signing_input(header, draft_.claims.to_json());
    std::string raw;
    signer_.sign(input, raw);
    switch (random_.below(3)) {
      case 0: {
        // In R or S, never in the top byte, whose change could leave the range instead of the equation.
        const std::size_t at = 1 + random_.below(raw.size() - 1);
        raw[at] = static_cast<char>(raw[at] ^ (1 << random_.below(8)));
        break;
      }
      case 1:
        std::fill(raw.begin(), raw.end(), '\0');
        break;
      default:  // the right signature over other claims
        draft_.claims.set_string("sub", "administrator-" + std::to_string(random_.below(1000)));
        to_ += signing_input(header, draft_.claims.to_json()) + "." + codec::base64url_encode(raw);
        return;
    }
    to_ += input + "." + codec::base64url_encode(raw);
  }

  void malformed_claims() {
    std::string payload = draft_.claims.to_json();
    switch (random_.below(3)) {
      case 0:
        payload.pop_back();
        break;
      case 1:
        payload = "[" + payload + "]";
        break;
      default:
        payload += "}";
    }
    write_signed(draft_.header.to_json(), payload);
  }

  void claim_type() {
    switch (random_.below(3)) {
      case 0:
        draft_.claims.set("exp", "\"" + std::to_string(later(draft_.at, draft_.expires_in)) + "\"");
        break;
      case 1:
        draft_.claims.set("sub", "1042");
        break;
      default:
        draft_.claims.set("iat", "true");
    }
    write();
  }

  void expired() {
    const std::int64_t expired_at = later(draft_.at, -1 - static_cast<std::int64_t>(random_.below(kDay)));
    draft_.claims.set_integer("iat", later(expired_at, -std::max<std::int64_t>(draft_.expires_in, 0)));
    draft_.claims.set_integer("exp", expired_at);
    write();
  }

  // Becomes valid in ten years, so that the corpus keeps its faults for a while.
  void not_yet_valid() {
    const std::int64_t from = later(draft_.at, kTenYears);
    draft_.claims.set_integer("exp", later(from, std::max<std::int64_t>(draft_.expires_in, 1)));
    draft_.claims.set_integer("nbf", from);
    write();
  }

  void issuer() {
    if (random_.below(4) == 0) {
      draft_.claims.remove("iss");
    } else {
      draft_.claims.set_string("iss", "https://other-issuer.example");
    }
    write();
  }

  void audience() {
    if (random_.below(4) == 0) {
      draft_.claims.remove("aud");
    } else {
      draft_.claims.set_string("aud", "https://other-audience.example");
    }
    write();
  }

  void scope() {
    draft_.claims.remove("scp");
    if (random_.below(2) == 0) {
      draft_.claims.remove("scope");
    } else {
      draft_.claims.set_string("scope", "unrelated");
    }
    write();
  }

  void typ() {
    draft_.header.set_string("typ", "id+jwt");
    write();
  }

 private:
  void write_signed(std::string_view header, std::string_view payload) {
    const std::string input = signing_input(header, payload);
    std::string raw;
    signer_.sign(input, raw);
    to_ += input + "." + codec::base64url_encode(raw);
  }

  Draft& draft_;
  Random& random_;
  Signer& signer_;
  std::string& to_;
};

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  const std::string shown(text);
  if (equals == std::string_view::npos) {
    return Error{shown + ": write KIND=SHARE, such as expired=0.05; kinds: " + fault_kinds(), "faults"};
  }
  const Kind* kind = find_kind(text.substr(0, equals));
  if (!kind) return Error{shown + ": no such kind; kinds: " + fault_kinds(), "faults"};
  const std::string_view number = text.substr(equals + 1);
  double share = -1;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), share);
  if (code != std::errc() || end != number.data() + number.size() || !(share >= 0 && share <= 1)) {
    return Error{shown + ": the share must be a number from 0 to 1; kinds: " + fault_kinds(), "faults"};
  }
  return Fault{kind->reason, share};
}

Result<void> check_faults(std::span<const Fault> faults) {
  double sum = 0;
  for (const Fault& fault : faults) {
    if (!find_kind(to_string(fault.reason))) {
      return Error{std::string(to_string(fault.reason)) + ": no signer can produce it; kinds: " + fault_kinds(),
                   "faults"};
    }
    if (!(fault.share >= 0 && fault.share <= 1)) {
      return Error{std::string(to_string(fault.reason)) + ": the share must be from 0 to 1", "faults"};
    }
    sum += fault.share;
  }
  // Ten shares of 0.1 sum to a little more than 1 or less.
  if (sum > 1 + 1e-9) return Error{"the shares sum to more than 1; kinds: " + fault_kinds(), "faults"};
  return {};
}

std::string fault_kinds() {
  std::string out;
  for (const Kind& kind : kKinds) {
    if (!out.empty()) out += ", ";
    out += std::string(to_string(kind.reason)) + " (" + std::string(kind.short_name) + ")";
  }
  return out;
}

void append_faulty_token(Reason reason, Draft draft, Random& random, Signer& signer, std::string& to) {
  Spoiler spoil(draft, random, signer, to);
  switch (reason) {
    case Reason::token_too_large:
      return spoil.too_large();
    case Reason::encrypted_token:
      return spoil.encrypted();
    case Reason::signature_redacted:
      return spoil.redacted();
    case Reason::malformed_token:
      return spoil.malformed();
    case Reason::malformed_header:
      return spoil.malformed_header();
    case Reason::critical_header:
      return spoil.critical();
    case Reason::algorithm_not_allowed:
      return spoil.algorithm();
    case Reason::key_not_found:
      return spoil.unknown_kid();
    case Reason::signature_invalid:
      return spoil.bad_signature();
    case Reason::malformed_claims:
      return spoil.malformed_claims();
    case Reason::claim_type:
      return spoil.claim_type();
    case Reason::token_expired:
      return spoil.expired();
    case Reason::token_not_yet_valid:
      return spoil.not_yet_valid();
    case Reason::issuer_mismatch:
      return spoil.issuer();
    case Reason::audience_mismatch:
      return spoil.audience();
    case Reason::scope_missing:
      return spoil.scope();
    case Reason::type_mismatch:
      return spoil.typ();
    default:
      return;  // missing_token: an empty record
  }
}

}  // namespace assay::mint
