// Any bytes as an archive: decoding ends, stays within its room, and does not depend on how the bytes arrive. Any bytes
// as text: they come back from each encoder.
#include <algorithm>
#include <memory>
#include <string>

#include "archive/compression.h"
#include "fuzz.h"

namespace {

using namespace assay;
using archive::Decoder;

// An archive may be a bomb: no more than this is decoded.
constexpr std::size_t kMostText = 1u << 20;

struct Decoded {
  std::string text;
  Decoder::State state = Decoder::State::inside;
};

Decoded decode(const archive::Compression& compression, std::string_view bytes, std::size_t piece, std::size_t room) {
  const std::unique_ptr<Decoder> decoder = compression.make_decoder();
  Decoded all;
  const std::unique_ptr<char[]> to(new char[room]);
  do {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (;;) {
      const Decoder::Step step = decoder->decode(part, to.get(), room);
      fuzz::require(step.given <= room && step.taken <= part.size(), "no more is given or taken than there is");
      all.text.append(to.get(), step.given);
      all.state = step.state;
      part.remove_prefix(step.taken);
      if (step.state == Decoder::State::faulty || step.state == Decoder::State::trailing) return all;
      if (step.given == 0 || all.text.size() > kMostText) break;
    }
    if (all.text.size() > kMostText) return all;
    fuzz::require(part.empty(), "all bytes are taken unless the room is full");
  } while (!bytes.empty());
  return all;
}

void decode_any(const archive::Compression& compression, std::string_view bytes) {
  const Decoded whole = decode(compression, bytes, std::string_view::npos, 64u << 10);
  const Decoded pieces = decode(compression, bytes, 3, 1000);
  const std::size_t both = std::min(whole.text.size(), pieces.text.size());
  fuzz::require(whole.text.substr(0, both) == pieces.text.substr(0, both), "the text does not depend on the pieces");
  if (whole.text.size() > kMostText || pieces.text.size() > kMostText) return;
  fuzz::require(whole.state == pieces.state, "the state does not depend on the pieces");
  if (whole.state == Decoder::State::faulty) return;
  fuzz::require(whole.text == pieces.text, "the whole text does not depend on the pieces");
}

void encode_and_decode(const archive::Compression& compression, std::string_view text) {
  const std::unique_ptr<archive::Encoder> encoder = compression.make_encoder();
  std::string bytes;
  encoder->encode(text.substr(0, text.size() / 2), bytes);
  encoder->encode(text.substr(text.size() / 2), bytes);
  encoder->finish(bytes);
  const Decoded back = decode(compression, bytes, 100, 4096);
  fuzz::require(back.text == text && back.state == Decoder::State::between, "the text comes back");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const archive::Compression& compression : archive::compressions()) {
    decode_any(compression, bytes);
    encode_and_decode(compression, bytes);
  }
  return 0;
}
