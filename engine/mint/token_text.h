// The JSON texts of a token, laid out byte for byte as FastMCP's create_token lays them out with joserfc: no white
// space, the payload in UTF-8, the header in ASCII with \u escapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_pair.h"

namespace assay::mint {

// The members of a JSON object in the order of writing. A plain value.
class Members {
 public:
  // `json` is the value's text. A name that is there keeps its place and takes the new value, as Python's dict does.
  void set(std::string_view name, std::string json);
  void set_string(std::string_view name, std::string_view value);
  void set_integer(std::string_view name, std::int64_t value);
  void remove(std::string_view name);
  // The value's text, or null.
  const std::string* find(std::string_view name) const;
  // {"name":value,...}
  std::string to_json() const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

// Returns the Unix seconds of iat: the request's own, or now.
std::int64_t issued_at(const TokenRequest& request);

// Returns `at` + `seconds`, or the end of the range if that lies beyond it.
std::int64_t later(std::int64_t at, std::int64_t seconds) noexcept;

// Returns sub, iss, iat and exp, then aud and scope if given: the claims before the additional ones.
Members standard_claims(const TokenRequest& request, std::int64_t issued_at_seconds);
void add_additional_claims(const TokenRequest& request, Members& claims);

// Returns {"typ":"JWT","alg":...}, and kid if given.
Members standard_header(const TokenRequest& request, Algorithm algorithm);

// Writes `text`, which is UTF-8, as a JSON string in ASCII, as Python's json.dumps does by default. A byte that is not
// UTF-8 becomes \ufffd.
std::string ascii_json_string(std::string_view text);

// Returns valid JSON without the white space between its tokens.
std::string compact_json(std::string_view json);

}  // namespace assay::mint
