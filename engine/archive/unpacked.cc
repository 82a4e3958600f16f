#include "archive/unpacked.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "archive/compression.h"
#include "base/wipe.h"

namespace assay::archive {
namespace {

// Makes room behind the text, and leaves nothing of it where it was.
void grow(std::string& text, std::size_t size) {
  std::string larger;
  larger.reserve(size);
  larger = text;
  larger.resize(size);
  base::wipe(text);
  text = std::move(larger);
}

std::string in_mebibytes(std::size_t bytes) {
  return bytes >> 20 != 0 ? std::to_string(bytes >> 20) + " MiB" : std::to_string(bytes) + " bytes";
}

}  // namespace

Result<std::string> unpacked(std::string bytes, std::size_t most) {
  constexpr std::size_t kLeastRoom = 64u << 10;
  const Compression* compression = recognise(bytes).compression;
  if (compression == nullptr) return bytes;
  const std::string its_data = "its " + std::string(compression->name) + " data ";
  const std::unique_ptr<Decoder> decoder = compression->make_decoder();
  std::string text;
  std::string_view rest = bytes;
  std::size_t size = 0;
  std::string fault;
  for (;;) {
    if (size == text.size()) grow(text, std::min(std::max(2 * size, kLeastRoom), most + 1));
    const Decoder::Step step = decoder->decode(rest, text.data() + size, text.size() - size);
    rest.remove_prefix(step.taken);
    size += step.given;
    if (size > most) fault = "hold more than " + in_mebibytes(most);
    if (step.state == Decoder::State::faulty)
      fault = "are corrupt at byte " + std::to_string(decoder->offset()) + ": " + std::string(decoder->fault());
    if (!fault.empty() || step.state == Decoder::State::trailing) break;
    if (step.given != 0 || step.taken != 0) continue;
    if (step.state != Decoder::State::between) fault = "are cut off at byte " + std::to_string(decoder->offset());
    break;
  }
  base::wipe(bytes);
  if (fault.empty()) {
    text.resize(size);
    return text;
  }
  base::wipe(text);
  return Error{its_data + fault};
}

}  // namespace assay::archive
