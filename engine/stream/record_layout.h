// Reads the records of a log, nearly all of which look like the one before: the same members in the same order, with
// other values.
//
// What stands between the values is kept as frames, such as `,"status":` or `","token":"`. If a record has the frames
// of the last one and every value between them is sound, then the record is sound, and the places of its values are
// known without a look at a name. Otherwise the flat reader reads it (codec/flat_object.h), and its frames are kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/fast_member.h"
#include "codec/flat_object.h"
#include "codec/json_fast.h"

namespace assay::stream {

// Not thread safe: one for each thread. Allocates only in the arena.
class RecordLayout {
 public:
  using Field = codec::FastObjectReader::Field;

  // `names` are those of the members to read. They outlive the layout, and do not change once it reads.
  explicit RecordLayout(const std::vector<std::string_view>& names) noexcept : names_(names) {}
  RecordLayout(const RecordLayout&) = delete;
  RecordLayout& operator=(const RecordLayout&) = delete;

  // Reads what FastObjectReader::read_plain reads, but of a field only whether it is found, and the text and the kind
  // of its value. `record` is followed by codec::kJsonPadding readable bytes. Returns false if the record is undecided.
  bool read(std::string_view record, base::Arena& arena, std::span<Field> fields);

 private:
  static constexpr std::size_t kMostMembers = 24, kMostFields = 32, kMostFrame = 32;

  struct Frame {
    std::array<std::uint64_t, kMostFrame / 8> bytes, mask;
    std::uint32_t size = 0;    // bytes
    std::uint32_t quotes = 0;  // among them

    bool keep(std::string_view text) noexcept;
    bool matches(const char* text) const noexcept;
  };
  // A value and the frame before it.
  struct Member {
    Frame frame;
    std::uint32_t fields = 0;  // a bit for each field that it is the value of
    bool is_string = false;
  };

  bool read_anew(const codec::flat::FlatText& flat, std::uint32_t quotes, base::Arena& arena, std::span<Field> fields);
  bool read_as_before(const codec::flat::FlatText& flat, std::uint32_t quotes, base::Arena& arena,
                      std::span<Field> fields) const;
  bool keep(const codec::flat::FlatText& flat, std::span<const codec::FastMember> members) noexcept;

  const std::vector<std::string_view>& names_;
  codec::FlatObjectReader reader_;
  std::array<Member, kMostMembers> members_;
  std::size_t count_ = 0;
  Frame tail_;                                        // behind the last value
  std::array<codec::FastMember, kMostMembers> seen_;  // in the record that is read
  bool is_known_ = false;                             // there is a layout
  // Records in turn that had another layout. After some of them, or after one whose layout cannot be kept, records for
  // which no layout is tried or kept.
  std::uint32_t misses_ = 0, pause_ = 0;
};

}  // namespace assay::stream
