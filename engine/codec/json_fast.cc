#include "codec/json_fast.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <string>
#include <vector>

#include "codec/json.h"
#include "codec/json_pointer.h"

namespace assay::codec {
namespace {

namespace dom = simdjson::dom;

static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);

// dom::object::size() and dom::array::size() stop counting here.
constexpr std::size_t kSizeLimit = 0xFFFFFF;

std::span<const std::string_view> copy_strings(dom::array array, base::Arena& arena) {
  const std::span<std::string_view> items = arena.array<std::string_view>(array.size());
  std::size_t at = 0;
  for (const dom::element item : array) items[at++] = arena.copy(std::string_view(item.get_string().value_unsafe()));
  return items;
}

bool all_strings(dom::array array) noexcept {
  if (array.size() >= kSizeLimit) return false;
  for (const dom::element item : array) {
    if (!item.is_string()) return false;
  }
  return true;
}

std::string_view write_integer(std::int64_t value, base::Arena& arena) {
  constexpr std::size_t kMost = 20;
  char* const text = arena.allocate(kMost);
  const auto size = static_cast<std::size_t>(std::to_chars(text, text + kMost, value).ptr - text);
  arena.shrink_last(kMost, size);
  return {text, size};
}

void set_value(FastMember& member, dom::element value, base::Arena& arena) {
  using Kind = FastMember::Kind;
  switch (value.type()) {
    case dom::element_type::NULL_VALUE:
      member.kind = Kind::null;
      break;
    case dom::element_type::BOOL:
      member.kind = Kind::boolean;
      member.truth = value.get_bool().value_unsafe();
      break;
    case dom::element_type::INT64:
      member.kind = Kind::integer;
      member.text = write_integer(value.get_int64().value_unsafe(), arena);
      break;
    case dom::element_type::STRING:
      member.kind = Kind::string;
      member.text = arena.copy(value.get_string().value_unsafe());
      break;
    case dom::element_type::ARRAY: {
      const dom::array array = value.get_array().value_unsafe();
      if (all_strings(array)) {
        member.kind = Kind::string_array;
        member.items = copy_strings(array, arena);
      }
      break;
    }
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
    case dom::element_type::OBJECT:
      break;
  }
}

// Finds the last member of that name; dom::object::at_key would find the first.
bool find_member(dom::object object, std::string_view token, dom::element& found) noexcept {
  bool any = false;
  for (const auto field : object) {
    if (!token_names(token, field.key)) continue;
    found = field.value;
    any = true;
  }
  return any;
}

bool find_item(dom::array array, std::string_view token, dom::element& found) noexcept {
  std::size_t index = 0;
  return token_index(token, index) && array.at(index).get(found) == simdjson::SUCCESS;
}

bool resolve(dom::element value, std::string_view pointer, dom::element& found) noexcept {
  while (!pointer.empty()) {
    const std::string_view token = take_token(pointer);
    dom::object object;
    dom::array array;
    if (value.get(object) == simdjson::SUCCESS) {
      if (!find_member(object, token, value)) return false;
    } else if (value.get(array) != simdjson::SUCCESS || !find_item(array, token, value)) {
      return false;
    }
  }
  found = value;
  return true;
}

// Takes the members that have one of the names. The last of a name wins, as in read_fields.
class FieldsByName {
 public:
  FieldsByName(std::span<const std::string_view> names, std::span<FastObjectReader::Field> fields) noexcept
      : names_(names), fields_(fields) {
    std::fill_n(fields.begin(), names.size(), FastObjectReader::Field());
  }
  void operator()(const FastMember& member) const noexcept {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (are_equal(member.name, names_[i])) fields_[i] = {true, member};
    }
  }

 private:
  // Few names are compared as a whole.
  static bool are_equal(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && (a.empty() || a.front() == b.front()) && a == b;
  }

  std::span<const std::string_view> names_;
  std::span<FastObjectReader::Field> fields_;
};

}  // namespace

struct FastObjectReader::Impl {
  dom::parser parser;
  std::vector<FastMember> members;  // of the text being read

  // The exact reader's limit of nesting, because simdjson's own is higher.
  Impl() {
    if (parser.allocate(std::size_t{4} << 10, kJsonMaxDepth) != simdjson::SUCCESS) throw std::bad_alloc();
  }

  bool parse(std::string_view text, dom::element& root) noexcept {
    // Later releases of simdjson skip a byte order mark. The exact reader refuses it, as RFC 8259 §8.1 allows.
    if (text.empty() || text[0] == '\xEF') return false;
    return parser.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS && root.is_object();
  }
};

FastObjectReader::FastObjectReader() : impl_(std::make_unique<Impl>()) {}
FastObjectReader::~FastObjectReader() = default;

FastObjectReader::Outcome FastObjectReader::read(std::string_view text, base::Arena& arena,
                                                 std::span<const FastMember>& members) {
  std::vector<FastMember>& found = impl_->members;
  bool plain = false;
  const Outcome outcome = read(
      text, arena, plain, [&] { found.clear(); }, [&](const FastMember& member) { found.push_back(member); });
  const std::span<FastMember> kept = arena.array<FastMember>(found.size());
  std::copy(found.begin(), found.end(), kept.begin());
  members = kept;
  return outcome;
}

FastObjectReader::Outcome FastObjectReader::read_with_simdjson(std::string_view text, base::Arena& arena,
                                                               std::span<const FastMember>& members) {
  dom::element root;
  if (!impl_->parse(text, root)) return Outcome::undecided;
  const dom::object read = root.get_object().value_unsafe();
  if (read.size() >= kSizeLimit) return Outcome::undecided;
  const std::span<FastMember> kept = arena.array<FastMember>(read.size());
  std::size_t at = 0;
  for (const auto field : read) {
    kept[at].name = arena.copy(field.key);
    set_value(kept[at++], field.value, arena);
  }
  members = kept;
  return Outcome::object;
}

FastObjectReader::Outcome FastObjectReader::read_fields(std::string_view text,
                                                        std::span<const std::string_view> pointers, base::Arena& arena,
                                                        std::span<Field> fields) {
  dom::element root;
  if (!impl_->parse(text, root)) return Outcome::undecided;
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    fields[i] = {};
    dom::element found;
    if (!resolve(root, pointers[i], found)) continue;
    fields[i].found = true;
    set_value(fields[i].value, found, arena);
  }
  return Outcome::object;
}

FastObjectReader::Outcome FastObjectReader::read_plain(std::string_view text, std::span<const std::string_view> names,
                                                       base::Arena& arena, std::span<Field> fields) {
  return flat_.read(text, arena, FieldsByName(names, fields)) ? Outcome::object : Outcome::undecided;
}

FastObjectReader::Outcome FastObjectReader::read_names(std::string_view text, std::span<const std::string_view> names,
                                                       base::Arena& arena, std::span<Field> fields) {
  return flat_.read_any(text, arena, FieldsByName(names, fields)) ? Outcome::object : Outcome::undecided;
}

std::string_view simdjson_kernel() noexcept {
  static const std::string name(simdjson::get_active_implementation()->name());
  return name;
}

}  // namespace assay::codec
