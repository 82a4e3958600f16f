#include "trust/revocation_list.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "digest/digest.h"

namespace assay::trust {

__extension__ typedef unsigned __int128 UInt128;

namespace {

// A cell of a row. Blanks around it are dropped; what stands in quotation marks is kept as it is.
struct Cell {
  std::string text;
  bool is_quoted = false;
};

// Reads CSV row by row (RFC 4180). A row ends with LF, CRLF or CR.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return at_ == text_.size(); }
  // The line on which the next row begins, from 1.
  std::size_t line() const noexcept { return line_; }

  // Reads the next row. Returns what is wrong with it, or null.
  const char* read_row(std::vector<Cell>& cells) {
    cells.clear();
    do {
      if (const char* wrong = read_cell(cells.emplace_back())) return wrong;
    } while (take(','));
    if (at_end()) return nullptr;
    take('\r');
    take('\n');
    ++line_;
    return nullptr;
  }

 private:
  static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
  bool at_end_of_cell() const noexcept {
    return at_end() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r';
  }
  bool take(char c) noexcept {
    const bool is_there = !at_end() && text_[at_] == c;
    at_ += is_there;
    return is_there;
  }
  void skip_blanks() noexcept {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }

  const char* read_cell(Cell& cell) {
    skip_blanks();
    if (take('"')) return read_quoted(cell);
    const std::size_t begin = at_;
    for (; !at_end_of_cell(); ++at_)
      if (text_[at_] == '"') return "a quotation mark stands inside a cell; quote the whole cell, and double the mark";
    std::size_t end = at_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    cell.text = text_.substr(begin, end - begin);
    return nullptr;
  }

  const char* read_quoted(Cell& cell) {
    cell.is_quoted = true;
    for (;;) {
      if (at_end()) return "a quotation mark is not closed";
      const char c = text_[at_++];
      if (c == '"' && !take('"')) break;
      if (c == '\n') ++line_;
      cell.text += c;
    }
    skip_blanks();
    return at_end_of_cell() ? nullptr : "text follows a closing quotation mark; double a mark that is part of the cell";
  }

  std::string_view text_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

// Reads the text of a list, entry by entry.
class RevocationReader {
 public:
  RevocationReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<std::shared_ptr<const RevocationList>> read() {
    if (Result<void> ok = check_encoding(); !ok) return ok.error();
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    if (first != text_.npos) {
      if (Result<void> ok = text_[first] == '{' ? read_ndjson() : read_csv(); !ok) return ok.error();
    }
    return std::shared_ptr<const RevocationList>(std::move(list_));
  }

 private:
  using Kind = RevocationList::Kind;
  static constexpr std::size_t kHashBytes = 32;

  // What a line says of a token; a member that is not there is nothing.
  struct Entry {
    std::optional<std::string_view> jti, iss, ath, from;
  };

  Error wrong(const std::string& what) const { return {name_ + ": " + what, "policy.revoked"}; }
  Error wrong_line(const std::string& what) const { return wrong("line " + std::to_string(line_) + ": " + what); }

  Result<void> check_encoding() const {
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) return wrong("is in UTF-16; write it in UTF-8");
    if (text_.starts_with("\x1F\x8B") || text_.starts_with("\x28\xB5\x2F\xFD"))
      return wrong("is compressed; unpack it first");
    return {};
  }

  Result<void> add(const Entry& entry) {
    if (!entry.jti && !entry.ath) return wrong_line("has neither jti nor ath; one of them names the revoked token");
    Instant from = RevocationList::kAlways;
    if (entry.from) {
      std::optional<Instant> time = parse_rfc3339(*entry.from);
      if (!time) time = parse_unix_by_magnitude(*entry.from);
      if (!time)
        return wrong_line(
            "the time from which the token is revoked cannot be read; write RFC 3339, such as "
            "2026-11-23T09:51:01Z, or Unix time");
      from = *time;
    }
    if (list_->rows_.size() + 2 > std::numeric_limits<std::uint32_t>::max() / 2) return wrong("has too many entries");
    if (entry.jti && entry.iss) {
      list_->add({Kind::jti_of_issuer, *entry.jti, *entry.iss}, from);
    } else if (entry.jti) {
      list_->add({Kind::jti, *entry.jti}, from);
    }
    if (!entry.ath) return {};
    const std::optional<std::string> hash = codec::base64url_decode(*entry.ath);
    if (!hash || hash->size() != kHashBytes)
      return wrong_line("ath is not a SHA-256 in base64url, which has 43 characters (RFC 9449)");
    list_->add({Kind::ath, *hash}, from);
    return {};
  }

  // ---- NDJSON

  Result<void> read_ndjson() {
    for (std::size_t begin = 0; begin < text_.size(); ++line_) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      const std::string_view line = text_.substr(begin, end - begin);
      begin = end + 1;
      if (line.find_first_not_of(" \t\r") == line.npos) continue;
      arena_.reset();
      if (Result<void> ok = read_object(line); !ok) return ok;
    }
    return {};
  }

  Result<void> read_object(std::string_view line) {
    codec::JsonError error;
    const codec::JsonNode* root = codec::parse_json(line, codec::JsonDialect::rfc8259, arena_, &error);
    if (root == nullptr)
      return wrong_line("not JSON: " + std::string(error.message) + " at byte " + std::to_string(error.offset) +
                        "; write one object a line, such as {\"jti\":\"...\",\"iss\":\"...\"}");
    if (!root->is(codec::JsonType::object))
      return wrong_line("not a JSON object; write {\"jti\":\"...\"} or {\"ath\":\"...\"}");
    Entry entry;
    for (const codec::JsonMember& member : root->members) {
      std::optional<std::string_view>* to = place_of(entry, member.name);
      if (to == nullptr || member.value.is(codec::JsonType::null)) continue;
      // An empty text says as little as an empty cell of CSV.
      if (member.value.is(codec::JsonType::string) && member.value.text.empty()) continue;
      const bool number = member.value.is(codec::JsonType::integer) || member.value.is(codec::JsonType::real);
      const bool fits = member.value.is(codec::JsonType::string) || (to == &entry.from && number);
      if (!fits) return wrong_line(std::string(member.name) + " is not a string");
      *to = member.value.text;
    }
    return add(entry);
  }

  // ---- CSV (RFC 4180)

  Result<void> read_csv() {
    std::vector<Cell> cells;
    std::vector<std::string> names;
    for (CsvReader reader(text_); !reader.at_end();) {
      line_ = reader.line();
      if (const char* wrong = reader.read_row(cells)) return wrong_line(wrong);
      const bool is_blank = cells.size() == 1 && cells.front().text.empty() && !cells.front().is_quoted;
      if (is_blank) continue;
      if (Result<void> ok = names.empty() ? read_head(cells, names) : read_cells(cells, names); !ok) return ok;
    }
    return {};
  }

  Result<void> read_head(std::vector<Cell>& cells, std::vector<std::string>& names) const {
    Entry entry;
    for (Cell& cell : cells) {
      if (std::optional<std::string_view>* place = place_of(entry, cell.text)) {
        if (*place) return wrong_line("two of its columns say the same; leave one of them out");
        *place = "";
      }
      names.push_back(std::move(cell.text));
    }
    if (entry.jti || entry.ath) return {};
    return wrong_line("names no column jti or ath; begin with the names of the columns, such as jti,iss,from");
  }

  Result<void> read_cells(const std::vector<Cell>& cells, const std::vector<std::string>& names) {
    if (cells.size() > names.size())
      return wrong_line("has " + std::to_string(cells.size()) + " cells, and the first line names " +
                        std::to_string(names.size()) + " columns");
    Entry entry;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::optional<std::string_view>* to = place_of(entry, names[i]);
      if (to != nullptr && !cells[i].text.empty()) *to = cells[i].text;
    }
    return add(entry);
  }

  // The member of an entry with this name; null for one that says nothing here.
  static std::optional<std::string_view>* place_of(Entry& entry, std::string_view name) noexcept {
    if (name == "jti") return &entry.jti;
    if (name == "iss" || name == "issuer") return &entry.iss;
    if (name == "ath") return &entry.ath;
    return name == "from" || name == "revoked_at" || name == "time" ? &entry.from : nullptr;
  }

  std::string_view text_;
  const std::string name_;
  std::size_t line_ = 1;
  base::Arena arena_;
  std::shared_ptr<RevocationList> list_{new RevocationList()};
};

std::string_view TokenHash::bytes() {
  if (!std::exchange(is_computed_, true)) {
    digest::sha2(Hash::SHA256, token_, reinterpret_cast<unsigned char*>(bytes_.data()));
  }
  return {bytes_.data(), bytes_.size()};
}

RevocationList::RevocationList() {
  std::random_device random;
  for (std::uint64_t* word : {&key_.a, &key_.b}) *word = std::uint64_t{random()} << 32 | random() | 1;
}

Result<std::shared_ptr<const RevocationList>> RevocationList::parse(std::string_view text, std::string_view name) {
  return RevocationReader(text, name).read();
}

// Multiplies by a secret number and folds, word by word: wyhash's mix.
std::uint64_t RevocationList::hash_of(const Name& name) const noexcept {
  std::uint64_t hash = key_.a ^ static_cast<std::uint64_t>(name.kind);
  const auto take = [&](std::uint64_t word) {
    const UInt128 product = static_cast<UInt128>(hash ^ word) * key_.b;
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ key_.a;
  };
  for (const std::string_view part : {name.issuer, name.text}) {
    for (std::size_t at = 0; at < part.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, part.data() + at, std::min<std::size_t>(8, part.size() - at));
      take(word);
    }
    take(part.size());
  }
  return hash;
}

bool RevocationList::is_of(const Row& row, const Name& name) const noexcept {
  if (row.kind != name.kind || row.issuer_bytes != name.issuer.size() || row.text_bytes != name.text.size())
    return false;
  const std::string_view both = std::string_view(texts_).substr(row.begin, row.issuer_bytes + row.text_bytes);
  return both.starts_with(name.issuer) && both.ends_with(name.text);
}

const RevocationList::Row* RevocationList::find(const Name& name) const noexcept {
  if (slots_.empty()) return nullptr;
  const std::uint64_t hash = hash_of(name);
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash;; ++at) {
    const Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.row == 0) return nullptr;
    if (slot.tag == tag && is_of(rows_[slot.row - 1], name)) return &rows_[slot.row - 1];
  }
}

void RevocationList::add(const Name& name, Instant from) {
  if (const Row* known = find(name)) {
    Row& row = rows_[static_cast<std::size_t>(known - rows_.data())];
    row.from = std::min(row.from, from);
    return;
  }
  rows_.push_back({texts_.size(), static_cast<std::uint32_t>(name.issuer.size()),
                   static_cast<std::uint32_t>(name.text.size()), from, name.kind});
  texts_.append(name.issuer).append(name.text);
  has_kind_[static_cast<std::size_t>(name.kind)] = true;
  if (2 * rows_.size() > slots_.size()) {
    grow();
    return;
  }
  const std::uint64_t hash = hash_of(name);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].row != 0) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(rows_.size())};
}

// Makes a larger table of all rows.
void RevocationList::grow() {
  slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), Slot());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const std::string_view both = std::string_view(texts_).substr(row.begin, row.issuer_bytes + row.text_bytes);
    const std::uint64_t hash = hash_of({row.kind, both.substr(row.issuer_bytes), both.substr(0, row.issuer_bytes)});
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].row != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(i + 1)};
  }
}

std::optional<Instant> RevocationList::revoked_from(std::optional<std::string_view> jti,
                                                    std::optional<std::string_view> iss, TokenHash& token) const {
  std::optional<Instant> earliest;
  const auto look_up = [&](const Name& name) {
    if (!has_kind_[static_cast<std::size_t>(name.kind)]) return;
    const Row* row = find(name);
    if (row != nullptr && (!earliest || row->from < *earliest)) earliest = row->from;
  };
  if (jti) look_up({Kind::jti, *jti});
  if (jti && iss) look_up({Kind::jti_of_issuer, *jti, *iss});
  if (has_kind_[static_cast<std::size_t>(Kind::ath)]) look_up({Kind::ath, token.bytes()});
  return earliest;
}

}  // namespace assay::trust
