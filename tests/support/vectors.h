// Test vectors: where they lie, and their text forms. Only for tests: errors throw, with the file's name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"

namespace assay::test {

// The path of a file of data/, such as data_path("vectors/rfc.ndjson").
std::string data_path(std::string_view name);

// The folder of Wycheproof's testvectors_v1: the environment's ASSAY_WYCHEPROOF_DIR, else the one configured; nothing
// when there is none.
std::optional<std::string> wycheproof_dir();

// The whole file. Throws std::runtime_error.
std::string read_file(const std::string& path);
// Its lines without their ends; an empty last one is left out.
std::vector<std::string> read_lines(const std::string& path);

// Lower or upper case hexadecimal. Throws std::runtime_error.
std::string from_hex(std::string_view hex);

// A JSON document and the memory that it lives in.
class Document {
 public:
  // Throws std::runtime_error, with `name`.
  Document(std::string text, const std::string& name);
  const codec::JsonNode& root() const { return *root_; }

 private:
  std::string text_;
  base::Arena arena_;
  const codec::JsonNode* root_;
};

// The string of this member, or "" when it is absent or no string.
std::string text_of(const codec::JsonNode& object, std::string_view name);

}  // namespace assay::test
