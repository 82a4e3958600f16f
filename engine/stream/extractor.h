// Finds token, time and carried fields in a record.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/reason.h"
#include "assay/stream.h"
#include "base/arena.h"
#include "base/record_time.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "jose/token_place.h"
#include "stream/batch.h"
#include "stream/record_layout.h"
#include "stream/time_memory.h"

namespace assay::stream {

// Views into the record or the arena.
struct Extracted {
  // Is no aggregate, because GCC 12 would clear it with an instruction that takes 10 ns.
  Extracted() noexcept {}

  bool has_token = false;
  std::string_view token;         // without its scheme
  std::optional<Reason> refused;  // malformed_record, missing_token, missing_time or token_too_large
  std::string_view detail;        // of a refused record
  bool has_time = false;          // `time` is the record's own
  Instant time;
  // One for each pointer of carry, as JSON text on one line; "null" if the record has no such field or cannot be read.
  std::span<std::string_view> carried;
  // What the record shows of its input, if it holds no token where one should be. `place`: of InputNote.
  std::optional<InputNote::Kind> form;
  std::string_view place;
};

// Not thread safe: each thread has its own. What it extracts are views into the record and the arena that is given.
class Extractor {
 public:
  struct Options {
    InputFormat format = InputFormat::lines;
    std::string token_field = {}, time_field = {};  // RFC 6901, valid
    std::vector<std::string> carry = {};
    bool at_record = false;
    base::TimeReader times = {};
    std::size_t line_limit = 0;  // bytes; the detail of a line that was too long names it
  };
  explicit Extractor(const Options& options);

  Extracted extract(const Record& record, base::Arena& arena);

 private:
  // The value of a time field: a number or string, another value, or none.
  struct TimeField {
    enum class Kind : std::uint8_t { absent, number, string, other } kind = Kind::absent;
    std::string_view text = {};
  };
  Extracted from_line(std::string_view line, base::Arena& arena) const;
  Extracted from_json(std::string_view line, base::Arena& arena);
  bool from_json_fast(std::string_view line, base::Arena& arena, Extracted& to);
  bool read_fields(std::string_view line, base::Arena& arena);
  Extracted from_json_exact(std::string_view line, base::Arena& arena);
  Extracted no_object(std::string_view line, const codec::JsonNode* root, const codec::JsonError& error,
                      base::Arena& arena) const;
  bool needs_exact(std::string_view line) const noexcept;
  [[gnu::noinline]] Extracted too_long(bool is_json, base::Arena& arena) const;
  [[gnu::noinline]] void read_exact(std::string_view line, base::Arena& arena, Extracted& to);
  [[gnu::noinline]] void refuse_without_token(Extracted& to, base::Arena& arena) const;
  void set_token(Extracted& to, std::string_view field) const;
  void set_no_token(Extracted& to, const codec::JsonNode& root, const jose::Place& place, base::Arena& arena) const;
  void set_time(Extracted& to, TimeField::Kind kind, std::string_view text, base::Arena& arena);
  [[gnu::noinline]] void set_other_time(Extracted& to, const TimeField& field, base::Arena& arena);
  void set_nothing_carried(Extracted& to, base::Arena& arena) const;

  Options options_;
  // Pointers to the token, to the time if at_record, and to the fields to carry: views into options_. fields_ holds
  // what the fast reader found at each in the record.
  std::vector<std::string_view> pointers_,
      names_;  // names_: of the members, if each pointer names a member of the record
  std::vector<codec::FastObjectReader::Field> fields_;
  RecordLayout layout_{names_};
  TimeMemory times_{options_.times};
  codec::FastObjectReader reader_;
};

}  // namespace assay::stream
