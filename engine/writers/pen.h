// Text into memory that was made beforehand: how the JSON formats write a verdict.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "codec/json.h"
#include "writers/verdict_text.h"

namespace assay::writers {

// Writes without looking for room: whoever makes a pen has room for all that it writes. Strings take
// codec::json_string_room, numbers kNumberRoom, times kTimeRoom, fingerprints kFingerprintRoom. Not thread safe.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const noexcept { return at_; }

  void text(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void number(std::uint64_t number) noexcept { at_ = std::to_chars(at_, at_ + kNumberRoom, number).ptr; }
  void string(std::string_view text) { at_ = codec::write_json_string(at_, text); }
  void string_or_null(bool present, std::string_view string_text) {
    if (present) {
      string(string_text);
    } else {
      text("null");
    }
  }
  // A JSON text on one line as a JSON string. Allocates nothing.
  void json_as_string(std::string_view json) noexcept {
    char* at = at_;  // the compiler cannot keep the member in a register while characters are written
    *at++ = '"';
    for (const char c : json) {
      *at = '\\';
      at += c == '"' || c == '\\' ? 1 : 0;
      *at++ = c;
    }
    *at++ = '"';
    at_ = at;
  }
  void time(Instant at) { at_ = write_time(at_, at); }
  void fingerprint(const digest::Sha256& hash) { at_ = write_fingerprint(at_, hash); }

 private:
  char* at_;
};

}  // namespace assay::writers
