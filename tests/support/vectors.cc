#include "support/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace assay::test {

std::string data_path(std::string_view name) { return std::string(ASSAY_DATA_DIR "/").append(name); }

std::optional<std::string> wycheproof_dir() {
  const char* given = std::getenv("ASSAY_WYCHEPROOF_DIR");
  std::string path = given != nullptr ? given : ASSAY_WYCHEPROOF_DIR;
  if (path.empty()) return std::nullopt;
  return path;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  return lines;
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    throw std::runtime_error("not hexadecimal: " + std::string(1, c));
  };
  if (hex.size() % 2 != 0) throw std::runtime_error("an odd number of hexadecimal digits");
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return bytes;
}

Document::Document(std::string text, const std::string& name) : text_(std::move(text)), root_(nullptr) {
  codec::JsonError error;
  root_ = codec::parse_json(text_, codec::JsonDialect::rfc8259, arena_, &error);
  if (root_ == nullptr) {
    throw std::runtime_error(name + ": byte " + std::to_string(error.offset) + ": " + error.message);
  }
}

std::string text_of(const codec::JsonNode& object, std::string_view name) {
  const codec::JsonNode* node = object.find(name);
  return node != nullptr && node->is(codec::JsonType::string) ? std::string(node->text) : std::string();
}

}  // namespace assay::test
