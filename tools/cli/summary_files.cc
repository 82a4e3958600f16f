#include "summary_files.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "archive/compression.h"
#include "digest/digest.h"
#include "keys/key_file.h"

namespace assay::cli {

namespace {

constexpr std::size_t kMostBytes = std::size_t{2} << 30;  // of a file, and of what is compressed in it

// Returns what is compressed in `bytes`, or the bytes if nothing is.
Result<std::string> unpacked(std::string bytes, const std::string& path) {
  const archive::Recognised recognised = archive::recognise(bytes);
  if (recognised.begins != archive::Begins::yes) return bytes;
  const std::string name(recognised.compression->name);
  const std::unique_ptr<archive::Decoder> decoder = recognised.compression->make_decoder();
  std::string text;
  std::string_view left = bytes;
  constexpr std::size_t kRoom = std::size_t{1} << 20;
  archive::Decoder::Step step;
  do {
    const std::size_t before = text.size();
    if (before > kMostBytes)
      return Error{path + ": its " + name + " data hold more than 2 GiB; is this the right file?"};
    text.resize(before + kRoom);
    step = decoder->decode(left, text.data() + before, kRoom);
    text.resize(before + step.given);
    left.remove_prefix(step.taken);
  } while (step.given != 0);
  if (step.state == archive::Decoder::State::faulty)
    return Error{path + ": its " + name + " data are damaged: " + std::string(decoder->fault()) + "; copy it again"};
  if (step.state == archive::Decoder::State::inside)
    return Error{path + ": its " + name + " data are cut off; copy it again"};
  return text;
}

using Digest = std::array<unsigned char, 32>;

Digest digest_of(std::string_view text) {
  Digest bytes;
  digest::sha2(Hash::SHA256, text, bytes.data());
  return bytes;
}

Result<tally::Summary> parse(const std::string& text, const std::string& path) {
  Result<tally::Summary> summary = tally::read_summary(text, path);
  if (!summary) return Error{summary.error().message};
  return summary;
}

}  // namespace

Result<std::string> read_summary_text(const std::string& path) {
  static const std::atomic<bool> go_on{false};
  Result<std::string> bytes =
      keys::read_key_file(path == "-" ? "/dev/stdin" : path, path == "-" ? "standard input" : path, go_on, kMostBytes);
  if (!bytes) return Error{bytes.error().message};  // its field is that of keys
  Result<std::string> text = unpacked(std::move(*bytes), path);
  if (!text) return text;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text->starts_with(kMark)) text->erase(0, kMark.size());
  if (text->starts_with("\xFF\xFE") || text->starts_with("\xFE\xFF"))
    return Error{path + ": UTF-16; convert it: iconv -f UTF-16 -t UTF-8"};
  return text;
}

Result<tally::Summary> read_summary_file(const std::string& path) {
  const Result<std::string> text = read_summary_text(path);
  if (!text) return text.error();
  return parse(*text, path);
}

Result<MergedSummaries> merge_summary_files(const std::vector<std::string>& paths) {
  MergedSummaries merged;
  std::vector<Digest> known;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Result<std::string> text = read_summary_text(paths[i]);
    if (!text) return text.error();
    const Digest key = digest_of(*text);
    const auto same = std::find(known.begin(), known.end(), key);
    if (same != known.end()) {
      merged.notes.push_back(paths[i] + ": the same as " + paths[static_cast<std::size_t>(same - known.begin())] +
                             "; it is counted once");
    } else {
      Result<tally::Summary> summary = parse(*text, paths[i]);
      if (!summary) return summary.error();
      if (i == 0) {
        merged.summary = std::move(*summary);
      } else {
        tally::merge(merged.summary, *summary);
      }
    }
    known.push_back(key);
  }
  return merged;
}

}  // namespace assay::cli
