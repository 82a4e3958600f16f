#include "audit/same_content.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include "digest/running_sha256.h"
#include "input/source.h"

namespace assay::audit {
namespace {

constexpr std::size_t kFirstBytes = 64u << 10, kReadBytes = 256u << 10;

// Fills `buffer` up to `size` bytes, or to the end of the input.
Result<void> fill(input::Source& source, input::Buffer& buffer, std::size_t size) {
  while (buffer.size() < size) {
    const input::Source::Read read = source.read(buffer.data() + buffer.size(), size - buffer.size(), true);
    using Outcome = input::Source::Outcome;
    if (read.outcome == Outcome::faulty) return Error{source.fault()};
    if (read.outcome == Outcome::stopped) return Error{"stopped before " + source.inputs().front() + " was read"};
    if (read.outcome == Outcome::end) break;
    buffer.resize(buffer.size() + read.bytes);
  }
  return {};
}

// Hashes the first `most` bytes of the uncompressed content.
Result<ContentDigest> sha256_of_first(const std::string& path, std::uint64_t most, const std::atomic<int>* stop) {
  input::Source source({path}, {.stop = stop});
  const Result<input::Source::Opened> opened = source.open_next();
  if (!opened) return opened.error();
  if (*opened != input::Source::Opened::yes) return Error{source.fault()};
  digest::RunningSha256 hash;
  input::Buffer buffer;
  buffer.reserve(kReadBytes);
  for (;;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, kReadBytes));
    buffer.resize(0);
    if (Result<void> filled = fill(source, buffer, size); !filled) return filled.error();
    most -= buffer.size();
    if (buffer.size() < kReadBytes) return hash.end(buffer.view());
    hash.take(buffer.view());
  }
}

// Inputs that may hold the same text, by the digest of their first bytes.
using Groups = std::map<ContentDigest, std::vector<std::size_t>>;

// Whether the input has to be read to its end: another one of its group may hold the same.
bool may_equal_another(std::span<const input::ListedInput> inputs, const std::vector<std::size_t>& group,
                       std::size_t index) {
  const input::ListedInput& input = inputs[index];
  return std::any_of(group.begin(), group.end(), [&](std::size_t other) {
    if (other == index) return false;
    const bool both_plain = input.compression == nullptr && inputs[other].compression == nullptr;
    return !both_plain || input.size == inputs[other].size;
  });
}

}  // namespace

Result<ContentDigest> content_sha256(const std::string& path, const std::atomic<int>* stop) {
  return sha256_of_first(path, UINT64_MAX, stop);
}

std::vector<std::size_t> same_content(std::span<const input::ListedInput> inputs, const std::atomic<int>* stop) {
  static const ContentDigest kEmpty = digest::RunningSha256().end({});
  Groups by_beginning;
  std::vector<std::size_t> first(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    first[i] = i;
    const bool is_file = inputs[i].state == input::ListedInput::State::ready && inputs[i].is_regular;
    if (!is_file) continue;
    const Result<ContentDigest> beginning = sha256_of_first(inputs[i].path, kFirstBytes, stop);
    if (beginning && *beginning != kEmpty) by_beginning[*beginning].push_back(i);
  }
  for (const auto& [beginning, group] : by_beginning) {
    std::map<ContentDigest, std::size_t> by_content;
    for (const std::size_t i : group) {
      if (!may_equal_another(inputs, group, i)) continue;
      const Result<ContentDigest> content = content_sha256(inputs[i].path, stop);
      if (content) first[i] = by_content.emplace(*content, i).first->second;
    }
  }
  return first;
}

}  // namespace assay::audit
