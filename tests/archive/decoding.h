// Decodes whole archives in tests, and makes them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "archive/compression.h"

namespace assay::archive {

struct Decoded {
  std::string text;
  Decoder::State state = Decoder::State::inside;
  std::string fault;
  std::uint64_t offset = 0, padding = 0;
  bool operator==(const Decoded&) const = default;
};

// Gives the archive in pieces of `piece` bytes and takes at most `room` bytes of text at once. Fails the test if the
// decoder writes beyond its room, or neither takes nor gives anything although bytes are left.
inline Decoded decode(const Compression& compression, std::string_view archive, std::size_t piece = std::string::npos,
                      std::size_t room = 4096) {
  const std::unique_ptr<Decoder> decoder = compression.make_decoder();
  Decoded all;
  std::string space(room + 8, '#');
  do {
    // A copy of its own, so that a sanitizer sees when the decoder reads beyond it.
    const std::string bytes(archive.substr(0, piece));
    archive.remove_prefix(bytes.size());
    std::string_view left = bytes;
    Decoder::Step step;
    do {
      step = decoder->decode(left, space.data(), room);
      EXPECT_LE(step.given, room);
      EXPECT_EQ(space.substr(room), "########");
      all.text.append(space, 0, step.given);
      left.remove_prefix(step.taken);
    } while (step.given != 0);
    all.state = step.state;
    all.fault = decoder->fault();
    all.offset = decoder->offset();
    all.padding = decoder->padding();
    if (all.state == Decoder::State::trailing || all.state == Decoder::State::faulty) return all;
    EXPECT_TRUE(left.empty());
  } while (!archive.empty());
  return all;
}

inline std::string encode(const Compression& compression, std::string_view text, std::size_t piece = 1000) {
  const std::unique_ptr<Encoder> encoder = compression.make_encoder();
  std::string archive;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    encoder->encode(text.substr(0, piece), archive);
  }
  encoder->finish(archive);
  return archive;
}

inline const Compression& named(std::string_view name) {
  const auto rows = compressions();
  return *std::find_if(rows.begin(), rows.end(), [&](const Compression& row) { return row.name == name; });
}

// Text that compresses like a log: repeated words and numbers.
inline std::string log_text(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text +=
        "10.0.0." + std::to_string(i * 7919 % 251) + " GET /orders/" + std::to_string(i * 104729 % 99991) + " 200\n";
  }
  return text;
}

}  // namespace assay::archive
