#include "log/joining.h"

#include <algorithm>
#include <utility>

#include "log/line_builder.h"
#include "log/line_json.h"

namespace assay::log {
namespace {

// The fields of a Docker or journald record that matter here.
struct RecordFields {
  std::string_view log, stream;
  bool has_log = false;
  std::string bytes;  // of a MESSAGE that is an array of numbers

  bool open(int depth, const JsonKey& key, std::size_t, bool is_array) {
    return depth == 0 && is_array && key.name == "MESSAGE";
  }
  void close(int) const noexcept {}
  bool scalar(int depth, const JsonKey& key, std::string_view value, bool is_string) {
    if (depth == 1) return add_byte(value, is_string);
    if (!is_string) return true;
    if (key.name == "log" && !has_log) {
      log = value;
      has_log = true;
    } else if (key.name == "stream") {
      stream = value;
    }
    return true;
  }

 private:
  bool add_byte(std::string_view value, bool is_string) {
    unsigned number = 0;
    bool holds = !is_string && !value.empty() && value.size() <= 3;
    for (const char c : value.substr(0, 3)) {
      holds = holds && c >= '0' && c <= '9';
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (!holds || number > 255) {
      // An array of texts holds several messages, and each can be searched as it stands.
      bytes.clear();
      return false;
    }
    bytes += static_cast<char>(number);
    return true;
  }
};

bool is_stderr(std::string_view stream) noexcept { return stream == "stderr"; }

// True if the record certainly holds a whole line, whatever its stream: "log" ends in an escaped line break.
bool is_whole_docker(std::string_view line) noexcept {
  constexpr std::string_view kEnd = "\\n\",\"stream\":\"";
  const std::size_t at = line.find(kEnd);
  return at != std::string_view::npos && at > 0 && line[at - 1] != '\\';
}

}  // namespace

Joiner::Part Joiner::part_of(std::string_view line) {
  switch (joining_) {
    case Joining::cri: {
      constexpr std::size_t kMostTime = 64;
      const std::size_t blank = line.substr(0, kMostTime).find(' ');
      if (blank == std::string_view::npos) return {};
      const std::string_view stream = line.substr(blank + 1, 6);
      std::string_view rest = line.substr(std::min(line.size(), blank + 8));
      if ((stream != "stdout" && stream != "stderr") || rest.empty() || (rest[0] != 'P' && rest[0] != 'F')) return {};
      const std::size_t tag = rest.find(' ');
      const std::string_view text = tag == std::string_view::npos ? std::string_view() : rest.substr(tag + 1);
      return {true, rest[0] == 'F', false, is_stderr(stream) ? 1u : 0u, text};
    }
    case Joining::docker:
      return docker_part(line);
    case Joining::journald:
      return journald_part(line);
    case Joining::none:
      break;
  }
  return {};
}

Joiner::Part Joiner::docker_part(std::string_view line) {
  const bool is_empty = streams_[0].pieces.empty() && streams_[1].pieces.empty();
  if (is_empty && is_whole_docker(line)) return {};
  RecordFields fields;
  if (!walk_json(line, fields) || !fields.has_log) return {};
  std::string_view text = unescape_json(fields.log, arena_);
  const bool is_last = text.ends_with('\n');
  if (is_last) text.remove_suffix(1);
  return {true, is_last, false, is_stderr(fields.stream) ? 1u : 0u, text};
}

Joiner::Part Joiner::journald_part(std::string_view line) {
  if (line.find("\"MESSAGE\"") == std::string_view::npos || line.find('[') == std::string_view::npos) return {};
  RecordFields fields;
  walk_json(line, fields);
  if (fields.bytes.empty()) return {};
  return {true, true, true, 0, arena_.copy(fields.bytes)};
}

Joiner::Outcome Joiner::feed(std::string_view line, std::uint64_t line_number, std::uint64_t offset) {
  if (joining_ == Joining::none) return Outcome::whole;
  arena_.reset();
  const Part part = part_of(line);
  Stream& stream = streams_[part.stream];
  if (!part.is_part || (part.is_last && !part.is_unusual && stream.pieces.empty())) return Outcome::whole;
  if (stream.pieces.empty()) stream.facts_line = line;
  stream.pieces.push_back({line_number, offset, stream.text.size()});
  stream.text += part.text;
  const bool is_full = stream.text.size() >= kMostJoinedBytes || stream.pieces.size() >= kMostPieces;
  if (!part.is_last && !is_full) return Outcome::kept;
  give_out(stream, !part.is_last);
  return Outcome::joined;
}

bool Joiner::flush() {
  for (Stream& stream : streams_) {
    if (stream.pieces.empty()) continue;
    give_out(stream, false);
    return true;
  }
  return false;
}

void Joiner::give_out(Stream& stream, bool cut) {
  given_.text.clear();
  given_.facts_line.clear();
  given_.pieces.clear();
  std::swap(given_, stream);
  joined_ = {given_.text, given_.pieces, given_.facts_line, cut};
}

}  // namespace assay::log
