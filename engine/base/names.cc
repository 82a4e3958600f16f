// Names of the enumerations that users see, from the lists in the public headers.
#include <iterator>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "assay/verdict.h"

namespace assay {
namespace {

struct ReasonRow {
  std::string_view name, source, message;
};
constexpr ReasonRow kReasons[] = {
#define ASSAY_REASON_ROW(name, source, message) {#name, source, message},
    ASSAY_REASONS(ASSAY_REASON_ROW)
#undef ASSAY_REASON_ROW
};

constexpr AlgorithmInfo kAlgorithms[] = {
#define ASSAY_ALGORITHM_ROW(name, scheme, key_type, curve, hash) \
  {#name, Scheme::scheme, KeyType::key_type, Curve::curve, Hash::hash},
    ASSAY_ALGORITHMS(ASSAY_ALGORITHM_ROW)
#undef ASSAY_ALGORITHM_ROW
};

constexpr std::string_view kProfiles[] = {
#define ASSAY_PROFILE_NAME(enumerator, name) name,
    ASSAY_PROFILES(ASSAY_PROFILE_NAME)
#undef ASSAY_PROFILE_NAME
};

}  // namespace

std::string_view to_string(Reason reason) noexcept { return kReasons[static_cast<int>(reason)].name; }
std::string_view explain(Reason reason) noexcept { return kReasons[static_cast<int>(reason)].message; }
std::string_view source_of(Reason reason) noexcept { return kReasons[static_cast<int>(reason)].source; }

std::optional<Reason> reason_from_string(std::string_view name) noexcept {
  for (int i = 0; i < kReasonCount; ++i) {
    if (kReasons[i].name == name) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

const AlgorithmInfo& info(Algorithm algorithm) noexcept { return kAlgorithms[static_cast<int>(algorithm)]; }
std::string_view to_string(Algorithm algorithm) noexcept { return info(algorithm).name; }

std::optional<Algorithm> algorithm_from_string(std::string_view name) noexcept {
  for (int i = 0; i < kAlgorithmCount; ++i) {
    if (kAlgorithms[i].name == name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

std::string_view to_string(KeyType type) noexcept {
  switch (type) {
    case KeyType::RSA:
      return "RSA";
    case KeyType::EC:
      return "EC";
    case KeyType::OKP:
      return "OKP";
    case KeyType::oct:
      return "oct";
  }
  return "";
}

std::string_view to_string(Curve curve) noexcept { return info(curve).name; }

Curve curve_from_string(std::string_view name) noexcept {
  for (std::size_t i = 1; i < std::size(kCurves); ++i) {
    if (name == kCurves[i].name) return static_cast<Curve>(i);
  }
  return Curve::none;
}

Curve curve_of_group(std::string_view group) noexcept {
  for (std::size_t i = 1; i < std::size(kCurves); ++i) {
    const CurveInfo& row = kCurves[i];
    if (!row.group.empty() && (group == row.group || group == row.name)) return static_cast<Curve>(i);
  }
  return Curve::none;
}

std::string_view to_string(Profile profile) noexcept { return kProfiles[static_cast<int>(profile)]; }

std::string_view to_string(SignatureState state) noexcept {
  switch (state) {
    case SignatureState::unchecked:
      return "unchecked";
    case SignatureState::valid:
      return "valid";
    case SignatureState::invalid:
      return "invalid";
  }
  return "";
}

}  // namespace assay
