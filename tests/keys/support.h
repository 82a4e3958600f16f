// Key sets and policies for the tests of this room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"

namespace assay::keys {

// The coordinates of a point on P-256.
inline const std::string kPoint =
    R"("x":"PG__ajkU8QkZfOTqHKRCloZyMPgYe_JzhO9AKdZDh80","y":"JTl2uI9qyKj2zBGCcs0OPb83oYna6lgcpxlvnLqYONw")";

// A set of one key on P-256.
inline std::string ec_set(const std::string& kid) {
  return R"({"keys":[{"kty":"EC","crv":"P-256","kid":")" + kid + "\"," + kPoint + "}]}";
}

inline KeySource source(KeySource::Kind kind, const std::string& value) { return {kind, value, ""}; }

inline Policy policy(std::vector<Algorithm> algorithms = {}, Profile profile = Profile::strict) {
  Policy made;
  made.profile = profile;
  made.algorithms = std::move(algorithms);
  return made;
}

}  // namespace assay::keys
