#include "stream/checkpoint.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>

#include "archive/compression.h"
#include "assay/version.h"
#include "base/arena.h"
#include "base/output_file.h"
#include "codec/json.h"
#include "digest/running_sha256.h"
#include "tally/summary.h"

namespace assay::stream {
namespace {

using codec::append_json_string;
using codec::JsonNode;
using codec::JsonType;

constexpr std::uint64_t kForm = 3;  // of the document

// --- writing

void append_number(std::string& to, std::uint64_t number) { to += std::to_string(number); }

// As codec::append_list, in brackets.
template <class Items, class Append>
void append_list(std::string& to, const Items& items, const Append& append) {
  to += '[';
  codec::append_list(to, items, append);
  to += ']';
}

void append_numbers(std::string& to, std::span<const std::uint64_t> numbers) {
  append_list(to, numbers, [&](std::uint64_t number) { append_number(to, number); });
}

void append_cell(std::string& to, const Dimension::Cell& cell) {
  const std::uint64_t numbers[] = {cell.accepted, cell.rejected};
  append_numbers(to, numbers);
}

void append_dimension(std::string& to, const char* name, const Dimension& dimension) {
  to += ",\"";
  to += name;
  to += "\":{\"values\":";
  append_list(to, dimension.values(), [&](const std::pair<std::string, Dimension::Cell>& value) {
    to += '[';
    append_json_string(to, value.first);
    to += ',';
    append_cell(to, value.second);
    to += ']';
  });
  to += ",\"other\":";
  append_cell(to, dimension.other());
  to += ",\"absent\":";
  append_cell(to, dimension.absent());
  to += '}';
}

void append_identity(std::string& to, const RunIdentity& identity) {
  to += ",\"command\":";
  append_json_string(to, identity.command);
  to += ",\"options\":";
  append_list(to, identity.options, [&](const std::pair<std::string, std::string>& option) {
    to += '[';
    append_json_string(to, option.first);
    to += ',';
    append_json_string(to, option.second);
    to += ']';
  });
  to += ",\"keys\":";
  append_json_string(to, identity.keys);
}

void append_instant(std::string& to, Instant instant) {
  to += "[\"" + std::to_string(instant.seconds) + "\"," + std::to_string(instant.nanoseconds) + "]";
}

void append_inputs(std::string& to, const std::vector<input::KnownFile>& inputs) {
  to += ",\"inputs\":";
  append_list(to, inputs, [&](const input::KnownFile& input) {
    to += '[';
    append_json_string(to, input.path);
    to += ',' + std::to_string(input.size) + ',';
    append_instant(to, input.modified);
    to += ',' + std::to_string(input.device) + ',' + std::to_string(input.inode) + ',';
    append_instant(to, input.changed);
    to += ',' + std::to_string(input.reached) + ',';
    append_json_string(to, input.samples);
    to += ']';
  });
}

void append_times(std::string& to, const log::TimeShift::State& times) {
  to += ",\"times\":[" + std::to_string(times.seen) + ',' + std::to_string(times.out_of_time) + ",\"" +
        std::to_string(times.earliest) + "\",\"" + std::to_string(times.latest) + "\",";
  append_list(to, times.edges, [&](std::int64_t edge) { to += '"' + std::to_string(edge) + '"'; });
  to += ']';
}

void append_notes(std::string& to, const InputNotes::State& notes) {
  to += ",\"notes\":{\"told\":";
  append_list(to, notes.told, [&](const InputNotes::State::Told& note) {
    to += '[' + std::to_string(static_cast<int>(note.kind)) + ',' + std::to_string(note.file) + ',';
    append_json_string(to, note.place);
    to += ']';
  });
  to += ",\"file\":" + std::to_string(notes.file);
  to += notes.searched ? ",\"searched\":true" : ",\"searched\":false";
  to += ",\"tokens\":" + std::to_string(notes.run.tokens) + ",\"seen\":";
  append_list(to, notes.run.seen, [&](const std::optional<std::string>& place) {
    if (place) {
      append_json_string(to, *place);
    } else {
      to += "null";
    }
  });
  append_times(to, notes.run.times.state());
  append_dimension(to, "unknown_kids", notes.run.unknown_kids);
  to += ",\"carried\":[" + std::to_string(notes.run.carried_from) + ',' + std::to_string(notes.run.carried) + ',';
  append_json_string(to, notes.run.fields);
  to += ']';
  to += '}';
}

void append_messages(std::string& to, const char* name, const std::vector<InputFault>& messages) {
  to += std::string(",\"") + name + "\":";
  append_list(to, messages, [&](const InputFault& message) {
    to += '[';
    append_json_string(to, message.input);
    to += ',';
    append_json_string(to, message.message);
    to += ']';
  });
}

// --- reading

// Reads a document that this program wrote. What does not fit makes it `bad`, and reading goes on with nothing.
class Reader {
 public:
  bool bad() const noexcept { return bad_; }
  void refuse() noexcept { bad_ = true; }

  const JsonNode& member(const JsonNode& object, std::string_view name) {
    const JsonNode* value = object.find(name);
    return value != nullptr ? *value : nothing();
  }
  const JsonNode& item(const JsonNode& list, std::size_t index) {
    return list.is(JsonType::array) && index < list.items.size() ? list.items[index] : nothing();
  }
  std::span<const JsonNode> items(const JsonNode& list) {
    if (!list.is(JsonType::array)) bad_ = true;
    return list.items;
  }
  std::string text(const JsonNode& value) {
    if (!value.is(JsonType::string)) bad_ = true;
    return std::string(value.text);
  }
  template <class T = std::uint64_t>
  T number(const JsonNode& value) {
    T number = 0;
    const char* const end = value.text.data() + value.text.size();
    if (value.text.empty() || std::from_chars(value.text.data(), end, number).ptr != end) bad_ = true;
    return number;
  }
  Dimension::Cell cell(const JsonNode& value) { return {number(item(value, 0)), number(item(value, 1))}; }
  void dimension(const JsonNode& document, std::string_view name, Dimension& to) {
    const JsonNode& saved = member(document, name);
    std::vector<std::pair<std::string, Dimension::Cell>> values;
    for (const JsonNode& value : items(member(saved, "values")))
      values.emplace_back(text(item(value, 0)), cell(item(value, 1)));
    to.restore(std::move(values), cell(member(saved, "other")), cell(member(saved, "absent")));
  }

 private:
  const JsonNode& nothing() {
    static const JsonNode kNothing;
    bad_ = true;
    return kNothing;
  }

  bool bad_ = false;
};

void read_identity(Reader& reader, const JsonNode& document, RunIdentity& to) {
  to.command = reader.text(reader.member(document, "command"));
  for (const JsonNode& option : reader.items(reader.member(document, "options")))
    to.options.emplace_back(reader.text(reader.item(option, 0)), reader.text(reader.item(option, 1)));
  to.keys = reader.text(reader.member(document, "keys"));
}

Instant read_instant(Reader& reader, const JsonNode& saved) {
  return {reader.number<std::int64_t>(reader.item(saved, 0)), reader.number<std::uint32_t>(reader.item(saved, 1))};
}

void read_inputs(Reader& reader, const JsonNode& document, std::vector<input::KnownFile>& to) {
  for (const JsonNode& saved : reader.items(reader.member(document, "inputs"))) {
    input::KnownFile& input = to.emplace_back();
    input.path = reader.text(reader.item(saved, 0));
    input.size = reader.number(reader.item(saved, 1));
    input.modified = read_instant(reader, reader.item(saved, 2));
    input.device = reader.number(reader.item(saved, 3));
    input.inode = reader.number(reader.item(saved, 4));
    input.changed = read_instant(reader, reader.item(saved, 5));
    input.reached = reader.number(reader.item(saved, 6));
    input.samples = reader.text(reader.item(saved, 7));
  }
}

log::TimeShift::State read_times(Reader& reader, const JsonNode& saved) {
  log::TimeShift::State times;
  times.seen = reader.number(reader.item(saved, 0));
  times.out_of_time = reader.number(reader.item(saved, 1));
  times.earliest = reader.number<std::int64_t>(reader.item(saved, 2));
  times.latest = reader.number<std::int64_t>(reader.item(saved, 3));
  for (std::size_t i = 0; i < times.edges.size(); ++i)
    times.edges[i] = reader.number<std::int64_t>(reader.item(reader.item(saved, 4), i));
  return times;
}

void read_notes(Reader& reader, const JsonNode& document, InputNotes::State& to) {
  const JsonNode& notes = reader.member(document, "notes");
  for (const JsonNode& saved : reader.items(reader.member(notes, "told"))) {
    const auto kind = reader.number(reader.item(saved, 0));
    if (kind >= InputNote::kKinds) return reader.refuse();
    to.told.push_back({static_cast<InputNote::Kind>(kind), reader.number<std::size_t>(reader.item(saved, 1)),
                       reader.text(reader.item(saved, 2))});
  }
  to.file = reader.number<std::size_t>(reader.member(notes, "file"));
  to.searched = reader.member(notes, "searched").truth;
  to.run.tokens = reader.number(reader.member(notes, "tokens"));
  for (std::size_t i = 0; i < to.run.seen.size(); ++i) {
    const JsonNode& place = reader.item(reader.member(notes, "seen"), i);
    if (!place.is(JsonType::null)) to.run.seen[i] = reader.text(place);
  }
  to.run.times.restore(read_times(reader, reader.member(notes, "times")));
  reader.dimension(notes, "unknown_kids", to.run.unknown_kids);
  const JsonNode& carried = reader.member(notes, "carried");
  to.run.carried_from = reader.number(reader.item(carried, 0));
  to.run.carried = reader.number(reader.item(carried, 1));
  to.run.fields = reader.text(reader.item(carried, 2));
}

void read_messages(Reader& reader, const JsonNode& saved, std::vector<InputFault>& to) {
  for (const JsonNode& message : reader.items(saved))
    to.push_back({reader.text(reader.item(message, 0)), reader.text(reader.item(message, 1))});
}

void read_counts(Reader& reader, const JsonNode& document, Counts& to) {
  const JsonNode& counts = reader.member(document, "counts");
  to.accepted = reader.number(reader.item(counts, 0));
  to.rejected = reader.number(reader.item(counts, 1));
  to.far_expiry = reader.number(reader.item(counts, 2));
  for (const JsonNode& saved : reader.items(reader.member(document, "reasons"))) {
    const auto reason = reason_from_string(reader.text(reader.item(saved, 0)));
    const std::uint64_t count = reader.number(reader.item(saved, 1));
    if (reason) to.by_reason[static_cast<std::size_t>(*reason)] = count;
  }
}

}  // namespace

std::string to_json(const Checkpoint& checkpoint) {
  std::string to = "{\"assay_checkpoint\":" + std::to_string(kForm) + ",\"version\":";
  append_json_string(to, kVersion);
  append_identity(to, checkpoint.identity);
  append_inputs(to, checkpoint.inputs);
  const input::Place& place = checkpoint.place;
  const std::uint64_t numbers[] = {place.input, place.offset, place.line, place.record};
  to += ",\"place\":";
  append_numbers(to, numbers);
  to += checkpoint.is_compressed ? ",\"is_compressed\":true" : ",\"is_compressed\":false";
  to += checkpoint.finished ? ",\"finished\":true" : ",\"finished\":false";
  to += ",\"output_bytes\":" + std::to_string(checkpoint.output_bytes);
  to += ",\"bytes\":" + std::to_string(checkpoint.bytes);
  to += ",\"stored_bytes\":" + std::to_string(checkpoint.stored_bytes);
  to += ",\"last_line_at\":";
  if (checkpoint.last_line_at) {
    append_instant(to, *checkpoint.last_line_at);
  } else {
    to += "null";
  }
  const Counts& counts = checkpoint.counts;
  const std::uint64_t totals[] = {counts.accepted, counts.rejected, counts.far_expiry};
  to += ",\"counts\":";
  append_numbers(to, totals);
  std::vector<Reason> reasons;
  for (int i = 0; i < kReasonCount; ++i) {
    if (counts.by_reason[static_cast<std::size_t>(i)] != 0) reasons.push_back(static_cast<Reason>(i));
  }
  to += ",\"reasons\":";
  append_list(to, reasons, [&](Reason reason) {
    to += '[';
    append_json_string(to, to_string(reason));
    to += "," + std::to_string(counts.by_reason[static_cast<std::size_t>(reason)]) + "]";
  });
  to += ",\"summary\":";
  to += checkpoint.summary;
  append_notes(to, checkpoint.notes);
  append_messages(to, "faults", checkpoint.faults);
  append_messages(to, "remarks", checkpoint.remarks);
  const std::uint64_t signatures[] = {checkpoint.by_lanes, checkpoint.by_openssl, checkpoint.exceptional,
                                      checkpoint.recalled};
  to += ",\"signatures\":";
  append_numbers(to, signatures);
  return to + ",\"own\":" + checkpoint.own + "}\n";
}

Result<std::optional<Checkpoint>> read_checkpoint(const std::string& path) {
  using Found = std::optional<Checkpoint>;
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return Found();
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path, failed)) {
    const std::string why = errno != 0 ? std::generic_category().message(errno) : "not a file";
    return Error{"cannot read " + path + ": " + why, "checkpoint"};
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  base::Arena arena;
  const JsonNode* document = codec::parse_json(text, codec::JsonDialect::rfc8259, arena);
  Reader reader;
  if (document == nullptr || document->find("assay_checkpoint") == nullptr)
    return Error{path + ": not a checkpoint of assay; name another file", "checkpoint"};
  Checkpoint checkpoint;
  read_identity(reader, *document, checkpoint.identity);
  read_inputs(reader, *document, checkpoint.inputs);
  const JsonNode& place = reader.member(*document, "place");
  checkpoint.place = {reader.number<std::size_t>(reader.item(place, 0)), reader.number(reader.item(place, 1)),
                      reader.number(reader.item(place, 2)), reader.number(reader.item(place, 3))};
  checkpoint.is_compressed = reader.member(*document, "is_compressed").truth;
  checkpoint.finished = reader.member(*document, "finished").truth;
  checkpoint.output_bytes = reader.number(reader.member(*document, "output_bytes"));
  checkpoint.bytes = reader.number(reader.member(*document, "bytes"));
  checkpoint.stored_bytes = reader.number(reader.member(*document, "stored_bytes"));
  const JsonNode& last_line_at = reader.member(*document, "last_line_at");
  if (!last_line_at.is(JsonType::null)) checkpoint.last_line_at = read_instant(reader, last_line_at);
  read_counts(reader, *document, checkpoint.counts);
  checkpoint.summary = reader.member(*document, "summary").raw;
  if (!tally::read_summary(checkpoint.summary, path))
    return Error{path + ": not a whole checkpoint; remove it to begin anew", "checkpoint"};
  read_notes(reader, *document, checkpoint.notes);
  read_messages(reader, reader.member(*document, "faults"), checkpoint.faults);
  read_messages(reader, reader.member(*document, "remarks"), checkpoint.remarks);
  const JsonNode& signatures = reader.member(*document, "signatures");
  checkpoint.by_lanes = reader.number(reader.item(signatures, 0));
  checkpoint.by_openssl = reader.number(reader.item(signatures, 1));
  checkpoint.exceptional = reader.number(reader.item(signatures, 2));
  checkpoint.recalled = reader.number(reader.item(signatures, 3));
  checkpoint.own = reader.member(*document, "own").raw;
  if (reader.bad() || reader.number(reader.member(*document, "assay_checkpoint")) != kForm ||
      reader.text(reader.member(*document, "version")) != kVersion) {
    return Error{path + ": a checkpoint of another version of assay; remove it to begin anew", "checkpoint"};
  }
  return Found(std::move(checkpoint));
}

std::optional<std::string> difference(const RunIdentity& saved, const RunIdentity& now) {
  if (saved.command != now.command) return "it is of assay " + saved.command;
  const auto has = [](const auto& list, const auto& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  for (const auto& option : saved.options) {
    if (!has(now.options, option)) return option.first + " differs";
  }
  for (const auto& option : now.options) {
    if (!has(saved.options, option)) return option.first + " differs";
  }
  if (saved.options != now.options) return "the options stand in another order";
  if (saved.keys != now.keys) return "the files of keys have changed";
  return std::nullopt;
}

std::string digest_of_files(const std::vector<std::string>& paths) {
  std::string contents;
  for (const std::string& path : paths) {
    std::error_code ignored;
    std::ifstream file;
    // A folder can be opened, and reading it throws.
    if (!std::filesystem::is_directory(path, ignored)) file.open(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    contents += path + '\0' + std::to_string(text.size()) + '\0' + text;
  }
  return digest::hexadecimal(digest::sha256(contents));
}

namespace {

Error cannot(std::string message) { return {std::move(message), "checkpoint"}; }

// Why a run with these options could not be gone on with.
Result<void> check(const StreamOptions& options, const std::vector<input::ListedInput>& inputs) {
  for (const input::ListedInput& input : inputs) {
    if (input.state != input::ListedInput::State::ready || input.is_regular) continue;
    return cannot((input.path == "-" ? "standard input" : input.path) + " cannot be read again; name files as inputs");
  }
  if (options.format == OutputFormat::none) return {};
  if (options.output.empty() || options.output == "-")
    return cannot("verdicts on standard output cannot be gone on with; write them to a file");
  if (archive::compression_of_name(options.output) != nullptr)
    return cannot(options.output + ": a compressed file cannot be gone on with; compress it when it is complete");
  return {};
}

// Whether its places are among its inputs.
bool is_whole(const Checkpoint& checkpoint) {
  const std::size_t inputs = checkpoint.inputs.size();
  const auto is_among = [inputs](const InputNotes::State::Told& note) { return note.file < inputs; };
  const InputNotes::State& notes = checkpoint.notes;
  return checkpoint.place.input <= inputs && (notes.file < inputs || inputs == 0) &&
         std::all_of(notes.told.begin(), notes.told.end(), is_among);
}

}  // namespace

Result<std::unique_ptr<Checkpointer>> Checkpointer::create(const StreamOptions& options, std::string command,
                                                           const std::vector<input::ListedInput>& inputs) {
  if (options.checkpoint.empty()) return std::unique_ptr<Checkpointer>();
  if (Result<void> ok = check(options, inputs); !ok) return ok.error();
  Result<base::FileLock> lock = base::FileLock::take(lock_name(options.checkpoint));
  if (!lock)
    return cannot(lock.error().field == "held"
                      ? options.checkpoint + ": another run uses it; wait for that, or name another file"
                      : lock.error().message);
  RunIdentity identity{std::move(command), options.decisive, digest_of_files(options.keep)};
  Result<std::optional<Checkpoint>> from = read_checkpoint(options.checkpoint);
  if (!from) return from.error();
  input::KnownFiles files(inputs);
  if (*from) {
    std::optional<std::string> differs = difference((*from)->identity, identity);
    if (!differs) differs = files.go_on_from((*from)->inputs);
    if (differs) return cannot(options.checkpoint + " is of another run: " + *differs + "; remove it to begin anew");
    if (!is_whole(**from)) return cannot(options.checkpoint + ": not a whole checkpoint; remove it to begin anew");
  }
  std::unique_ptr<Checkpointer> checkpointer(new Checkpointer(
      std::move(*lock), options.checkpoint, options.checkpoint_seconds, std::move(identity), std::move(files)));
  checkpointer->from_ = std::move(*from);
  return checkpointer;
}

std::string lock_name(const std::string& checkpoint) { return checkpoint + ".lock"; }

Result<void> Checkpointer::keep(Checkpoint checkpoint) {
  constexpr double kShare = 20;  // of the time, one part for checkpoints
  const auto began = std::chrono::steady_clock::now();
  const input::Place& place = checkpoint.place;
  inputs_.reach(place.input, checkpoint.is_compressed ? checkpoint.stored_bytes : place.offset);
  checkpoint.identity = identity_;
  checkpoint.inputs = inputs_.files();
  checkpoint.bytes = checkpoint.is_compressed ? 0 : place.offset;
  for (std::size_t i = 0; i < std::min(place.input, checkpoint.inputs.size()); ++i)
    checkpoint.bytes += checkpoint.inputs[i].size;
  Result<base::OutputFile> file = base::OutputFile::open(
      path_, {.existing = base::OutputFile::Existing::replace, .mode = base::OutputFile::kOwnerOnly});
  if (!file) return file.error();
  const Result<base::OutputFile::Outcome> wrote = file->write(to_json(checkpoint));
  if (!wrote) return wrote.error();
  if (Result<void> committed = file->commit(); !committed) return committed;
  last_ = std::chrono::steady_clock::now();
  kept_ = true;
  interval_ = std::max(least_interval_, kShare * std::chrono::duration<double>(last_ - began));
  return {};
}

void Checkpointer::remove() noexcept { ::unlink(path_.c_str()); }

std::optional<input::Place> place_behind(const input::Block& block, std::uint64_t record) {
  if (!block.fault.empty()) return input::Place{block.file + 1, 0, 1, record};
  if (block.text.empty() || block.ends_mid_line) return std::nullopt;
  if (!block.records.empty() && block.records.back().too_long) return std::nullopt;
  return input::Place{block.file, block.first_offset + block.text.size(), block.first_line + block.line_count, record};
}

}  // namespace assay::stream
