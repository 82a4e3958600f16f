// Bytes of an archive in, the bytes that were compressed out. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::archive {

// Whether bytes begin an archive.
enum class Begins : std::uint8_t {
  no,
  perhaps,  // there are too few of them to say
  yes,
};

// Decodes an archive of one member or several, one after the other (gzip: members, zstd: frames). Its memory is bounded
// whatever the bytes say (zstd: a window of 128 MiB at most), and its time is linear in the bytes taken and given.
// Never throws and never reads or writes beyond what it is given. Not thread safe.
class Decoder {
 public:
  enum class State : std::uint8_t {
    inside,    // a member is not whole yet: an archive that ends here is cut off
    between,   // the last member is whole and its checksum right: the archive may end here
    trailing,  // what comes next is no member; it is not taken. Final
    faulty,    // fault() says what is wrong. Final
  };
  struct Step {
    std::size_t taken = 0;  // of the bytes
    std::size_t given = 0;  // written to `to`; valid in every state
    State state = State::inside;
  };

  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Takes from `bytes` and writes at most `room` (more than 0) bytes at `to`. It takes all bytes unless the room is
  // full or the state is final. It may hold back output if the room is full: call it again, with no bytes if there are
  // none, until it gives nothing.
  virtual Step decode(std::string_view bytes, char* to, std::size_t room) noexcept = 0;

  // What is wrong in state `faulty`, as a part of a sentence: "its checksum does not match". Else empty.
  virtual std::string_view fault() const noexcept = 0;
  // How many bytes of the archive were taken. In state `trailing`: where its last member ends.
  virtual std::uint64_t offset() const noexcept = 0;
  // Zero bytes taken after the last member: padding, as tapes leave it.
  virtual std::uint64_t padding() const noexcept = 0;
};

}  // namespace assay::archive
