#include "stream/summary.h"

#include <limits>
#include <utility>

namespace assay::stream {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// Returns the first kMaxValueBytes of a longer value, but not a part of a character, and an ellipsis.
std::string shortened(std::string_view value) {
  std::size_t size = Dimension::kMaxValueBytes;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size)).append(kEllipsis);
}

}  // namespace

void Counts::add(const Counts& other) noexcept {
  accepted += other.accepted;
  rejected += other.rejected;
  far_expiry += other.far_expiry;
  for (std::size_t i = 0; i < by_reason.size(); ++i) by_reason[i] += other.by_reason[i];
  for (std::size_t i = 0; i < by_algorithm.size(); ++i) by_algorithm[i] += other.by_algorithm[i];
}

Dimension::Cell& Dimension::cell(std::string_view value, std::size_t max_values) {
  // Logs come in runs.
  if (latest_ < values_.size() && values_[latest_].first == value) return values_[latest_].second;
  const auto found = index_.find(value);
  if (found != index_.end()) return values_[latest_ = found->second].second;
  if (values_.size() >= max_values) return other_;
  latest_ = values_.size();
  index_.emplace(std::string(value), latest_);
  return values_.emplace_back(std::string(value), Cell{}).second;
}

void Dimension::count(std::string_view value, bool valid) {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  if (value.size() <= kMaxValueBytes) {
    cell(value, kAny).count(valid);
  } else {
    cell(shortened(value), kAny).count(valid);
  }
}

void Dimension::add(const Dimension& later, std::size_t max_values) {
  for (const auto& [value, counted] : later.values_) cell(value, max_values).add(counted);
  other_.add(later.other_);
  absent_.add(later.absent_);
}

void Dimension::restore(std::vector<std::pair<std::string, Cell>> values, Cell other, Cell absent) {
  clear();
  values_ = std::move(values);
  for (std::size_t i = 0; i < values_.size(); ++i) index_.emplace(values_[i].first, i);
  other_ = other;
  absent_ = absent;
}

void Dimension::clear() noexcept {
  values_.clear();
  index_.clear();
  latest_ = 0;
  other_ = absent_ = {};
}

}  // namespace assay::stream
