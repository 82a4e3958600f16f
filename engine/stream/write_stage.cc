#include "stream/write_stage.h"

#include <algorithm>
#include <utility>

namespace assay::stream {

using Clock = std::chrono::steady_clock;

WriteStage::WriteStage(const StreamOptions& options, std::optional<VerdictFile> output,
                       const writers::VerdictWriter* writer, std::vector<std::string> inputs, Clock::time_point started,
                       std::uint64_t total_bytes, const Checkpoint* from)
    : options_(options),
      output_(std::move(output)),
      writer_(writer),
      inputs_(std::move(inputs)),
      started_(started),
      total_bytes_(total_bytes),
      notes_(options.on_input_note, inputs_),
      last_progress_(started) {
  clock_.reset(options.measure_stages);
  input_counts_.resize(inputs_.size());
  if (from != nullptr) restore(*from);
}

void WriteStage::restore(const Checkpoint& from) {
  goes_on_ = true;
  counts_ = from.counts;
  if (Result<tally::Summary> summary = tally::read_summary(from.summary, "checkpoint")) restore(*summary);
  if (from.place.input < input_counts_.size()) input_counts_[from.place.input].times.ends = from.last_line_at;
  notes_.restore(from.notes);
  bytes_ = from.bytes;
  output_bytes_ = from.output_bytes;
  faults_ = from.faults;
  remarks_ = from.remarks;
}

void WriteStage::restore(tally::Summary& summary) {
  tally_ = std::move(summary.tally);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto file = std::find_if(summary.files.begin(), summary.files.end(),
                                   [&](const tally::FileCoverage& saved) { return saved.path == inputs_[i]; });
    if (file == summary.files.end()) continue;
    InputCounts& counts = input_counts_[i];
    counts.lines = file->lines;
    counts.records = file->tokens;
    counts.times.lines = file->lines;
    counts.times.lines_without_time = file->lines_without_time;
    counts.times.times = file->times;
    counts.times.gaps = file->gaps;
    counts.times.gap_count = file->gap_count;
  }
}

Result<void> WriteStage::save(Checkpoint& to) {
  if (output_) {
    if (Result<void> synced = output_->sync(); !synced) return synced;
  }
  to.counts = counts_;
  tally::Summary summary;
  if (needs_tally(options_)) {
    summary.tally = std::move(tally_);
    add_coverage(summary);
  }
  to.summary = tally::summary_json(summary);
  if (needs_tally(options_)) tally_ = std::move(summary.tally);
  to.notes = notes_.state();
  to.is_compressed = is_compressed_;
  to.stored_bytes = stored_bytes_;
  if (to.place.input < input_counts_.size()) to.last_line_at = input_counts_[to.place.input].times.ends;
  to.output_bytes = output_bytes_;
  to.faults = faults_;
  to.remarks = remarks_;
  return {};
}

Result<bool> WriteStage::begin() {
  if (writer_ == nullptr || goes_on_) return true;
  return write_bytes(writer_->head());
}

Result<bool> WriteStage::write(const Batch& batch) {
  clock_.start();
  const Result<bool> open = write_bytes(batch.output.view());
  if (open && *open) {
    counts_.add(batch.counts);
    if (needs_tally(options_)) count(batch);
    const Block& block = batch.block;
    if (block.line_count != 0) notes_.add(batch.diagnosis, block.file, block.first_line - 1 + block.line_count);
    if (!block.fault.empty()) faults_.push_back({inputs_[block.file], block.fault});
    if (!block.remark.empty()) remarks_.push_back({inputs_[block.file], block.remark});
    if (!block.text.empty()) is_compressed_ = block.is_compressed;
    bytes_ += block.bytes;
    if (std::exchange(file_, block.file) != block.file) stored_bytes_ = 0;
    stored_bytes_ += block.bytes;
    report_progress(false);
  }
  clock_.lap(Stage::output);
  return open;
}

Result<bool> WriteStage::write_part(Batch& batch) {
  clock_.start();
  const Result<bool> open = write_bytes(batch.output.view());
  if (open && *open) {
    counts_.add(batch.counts);
    if (needs_tally(options_)) tally_.add(batch.tally);
    report_progress(false);
  }
  batch.output.resize(0);
  batch.counts = {};
  batch.tally.clear();
  clock_.lap(Stage::output);
  return open;
}

void WriteStage::count(const Batch& batch) {
  tally_.add(batch.tally);
  const Block& block = batch.block;
  if (block.file >= input_counts_.size()) return;
  InputCounts& counts = input_counts_[block.file];
  counts.lines += block.line_count + (block.ends_mid_line && !block.fault.empty() ? 1 : 0);
  counts.records += block.record_count;
  counts.times.add(batch.line_times);
}

tally::FileCoverage WriteStage::coverage_of(std::size_t input) const {
  const InputCounts& counts = input_counts_[input];
  tally::FileCoverage file;
  file.path = inputs_[input];
  file.lines = counts.lines;
  file.tokens = counts.records;
  file.lines_without_time = counts.times.lines_without_time;
  file.times = counts.times.times;
  file.gaps = counts.times.gaps;
  file.gap_count = counts.times.gap_count;
  for (const InputFault& fault : faults_) {
    if (fault.input == file.path) file.fault = fault.message;
  }
  return file;
}

tally::Summary WriteStage::take_summary() {
  tally::Summary summary;
  summary.tally = std::move(tally_);
  summary.bytes = bytes_;
  add_coverage(summary);
  return summary;
}

void WriteStage::add_coverage(tally::Summary& summary) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) summary.files.push_back(coverage_of(i));
}

Result<bool> WriteStage::write_bytes(std::string_view bytes) {
  if (bytes.empty()) return !closed_;
  output_bytes_ += bytes.size();
  return after(output_->write(bytes));
}

Result<bool> WriteStage::after(const Result<VerdictFile::Outcome>& wrote) {
  if (!wrote) return wrote.error();
  closed_ = *wrote == VerdictFile::Outcome::closed;
  return !closed_;
}

Result<void> WriteStage::end(std::uint64_t skipped_bytes) {
  if (writer_ != nullptr && output_ && !closed_) {
    if (const Result<bool> open = write_bytes(writer_->tail()); !open) return open.error();
    if (!closed_) {
      if (const Result<bool> open = after(output_->finish()); !open) return open.error();
    }
  }
  notes_.end();
  bytes_ += skipped_bytes;
  report_progress(true);
  return {};
}

Result<void> WriteStage::commit() {
  if (!output_) return {};
  return output_->commit();
}

void WriteStage::report_progress(bool at_end) {
  if (!options_.on_progress) return;
  const Clock::time_point now = Clock::now();
  if (!at_end && now - last_progress_ < std::chrono::milliseconds(250)) return;
  last_progress_ = now;
  options_.on_progress(
      {counts_.records(), bytes_, total_bytes_, std::chrono::duration<double>(now - started_).count()});
}

}  // namespace assay::stream
