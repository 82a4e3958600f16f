// Verdicts handed over as the structures of the Arrow C data interface.
//
// Each structure can be released by itself, since a consumer may move the children out: so each array holds a share of
// the memory that it shows.
#include <cerrno>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "assay/arrow.h"
#include "columns/verdict_builder.h"

namespace assay {
namespace {

using columns::Bitmap;
using columns::Moments;
using columns::TextLists;
using columns::Texts;
using columns::VerdictBuilder;

// What an exported array owns.
struct OwnedArray {
  std::shared_ptr<const void> memory;
  std::vector<const void*> buffers;
  std::vector<std::unique_ptr<ArrowArray>> children;
  std::vector<ArrowArray*> child_pointers;
};

void release_array(ArrowArray* array) {
  for (std::int64_t i = 0; i < array->n_children; ++i) {
    ArrowArray* const child = array->children[i];
    if (child->release != nullptr) child->release(child);
  }
  delete static_cast<OwnedArray*>(array->private_data);
  array->release = nullptr;
}

using Children = std::vector<std::unique_ptr<ArrowArray>>;

void fill(ArrowArray* to, std::shared_ptr<const void> memory, std::int64_t rows, std::int64_t nulls,
          std::vector<const void*> buffers, Children children = {}) {
  auto owned = std::make_unique<OwnedArray>();
  owned->memory = std::move(memory);
  owned->buffers = std::move(buffers);
  owned->children = std::move(children);
  for (const std::unique_ptr<ArrowArray>& child : owned->children) owned->child_pointers.push_back(child.get());
  *to = {.length = rows,
         .null_count = nulls,
         .offset = 0,
         .n_buffers = static_cast<std::int64_t>(owned->buffers.size()),
         .n_children = static_cast<std::int64_t>(owned->children.size()),
         .buffers = owned->buffers.data(),
         .children = owned->child_pointers.data(),
         .dictionary = nullptr,
         .release = release_array,
         .private_data = owned.get()};
  owned.release();
}

// Null if no row is null.
const void* validity_of(const Bitmap& bits) noexcept { return bits.unset == 0 ? nullptr : bits.bytes.data(); }

using Memory = std::shared_ptr<const void>;

std::unique_ptr<ArrowArray> export_column(const Memory& memory, const Bitmap& bits) {
  auto array = std::make_unique<ArrowArray>();
  fill(array.get(), memory, bits.size, 0, {nullptr, bits.bytes.data()});
  return array;
}

std::unique_ptr<ArrowArray> export_column(const Memory& memory, const Texts& texts) {
  auto array = std::make_unique<ArrowArray>();
  fill(array.get(), memory, texts.validity.size, texts.validity.unset,
       {validity_of(texts.validity), texts.offsets.data(), texts.data.data()});
  return array;
}

std::unique_ptr<ArrowArray> export_column(const Memory& memory, const TextLists& lists) {
  auto array = std::make_unique<ArrowArray>();
  Children items;
  items.push_back(export_column(memory, lists.items));
  fill(array.get(), memory, lists.validity.size, lists.validity.unset,
       {validity_of(lists.validity), lists.offsets.data()}, std::move(items));
  return array;
}

std::unique_ptr<ArrowArray> export_column(const Memory& memory, const Moments& moments) {
  auto array = std::make_unique<ArrowArray>();
  fill(array.get(), memory, moments.validity.size, moments.validity.unset,
       {validity_of(moments.validity), moments.microseconds.data()});
  return array;
}

std::unique_ptr<ArrowArray> export_column(const VerdictPart& part, const VerdictBuilder& from, VerdictColumn which) {
  switch (which) {
#define ASSAY_EXPORT_COLUMN(name, format) \
  case VerdictColumn::name:               \
    return export_column(part, from.name);
    ASSAY_VERDICT_COLUMNS(ASSAY_EXPORT_COLUMN)
#undef ASSAY_EXPORT_COLUMN
  }
  return nullptr;
}

const VerdictBuilder& columns_of(const VerdictPart& part) { return static_cast<const VerdictBuilder&>(*part); }

// What an exported type owns. Formats and names are literals.
struct OwnedSchema {
  std::vector<std::unique_ptr<ArrowSchema>> children;
  std::vector<ArrowSchema*> child_pointers;
};

void release_schema(ArrowSchema* schema) {
  for (std::int64_t i = 0; i < schema->n_children; ++i) {
    ArrowSchema* const child = schema->children[i];
    if (child->release != nullptr) child->release(child);
  }
  delete static_cast<OwnedSchema*>(schema->private_data);
  schema->release = nullptr;
}

void fill_schema(ArrowSchema* to, const char* format, const char* name, bool nullable,
                 std::vector<std::unique_ptr<ArrowSchema>> children = {}) {
  auto owned = std::make_unique<OwnedSchema>();
  owned->children = std::move(children);
  for (const std::unique_ptr<ArrowSchema>& child : owned->children) owned->child_pointers.push_back(child.get());
  *to = {.format = format,
         .name = name,
         .metadata = nullptr,
         .flags = nullable ? ARROW_FLAG_NULLABLE : 0,
         .n_children = static_cast<std::int64_t>(owned->children.size()),
         .children = owned->child_pointers.data(),
         .dictionary = nullptr,
         .release = release_schema,
         .private_data = owned.get()};
  owned.release();
}

std::unique_ptr<ArrowSchema> column_schema(const char* name, const char* format) {
  auto schema = std::make_unique<ArrowSchema>();
  std::vector<std::unique_ptr<ArrowSchema>> items;
  if (std::string_view(format) == "+l") {
    items.push_back(std::make_unique<ArrowSchema>());
    fill_schema(items.back().get(), "u", "item", true);
  }
  fill_schema(schema.get(), format, name, true, std::move(items));
  return schema;
}

constexpr const char* kFormats[] = {
#define ASSAY_COLUMN_FORMAT(name, format) format,
    ASSAY_VERDICT_COLUMNS(ASSAY_COLUMN_FORMAT)
#undef ASSAY_COLUMN_FORMAT
};

// What a stream owns.
struct OwnedStream {
  VerdictFields fields;
  std::vector<VerdictPart> parts;
  std::size_t next = 0;
};

int stream_schema(ArrowArrayStream* stream, ArrowSchema* out) try {
  export_schema(out, static_cast<const OwnedStream*>(stream->private_data)->fields);
  return 0;
} catch (const std::bad_alloc&) {
  return ENOMEM;
}

int stream_next(ArrowArrayStream* stream, ArrowArray* out) try {
  auto& owned = *static_cast<OwnedStream*>(stream->private_data);
  if (owned.next == owned.parts.size()) {
    *out = {};
    return 0;
  }
  export_array(owned.parts[owned.next], out);
  owned.parts[owned.next++].reset();
  return 0;
} catch (const std::bad_alloc&) {
  return ENOMEM;
}

const char* stream_error(ArrowArrayStream*) { return "not enough memory"; }

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<OwnedStream*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void export_array(const VerdictPart& part, ArrowArray* to) {
  const VerdictBuilder& from = columns_of(part);
  Children children;
  for (const VerdictColumn which : from.fields.columns()) children.push_back(export_column(part, from, which));
  fill(to, part, from.rows(), 0, {nullptr}, std::move(children));
}

void export_schema(ArrowSchema* to, const VerdictFields& fields) {
  std::vector<std::unique_ptr<ArrowSchema>> children;
  for (const VerdictColumn which : fields.columns()) {
    // The names are literals, which end with a zero.
    children.push_back(column_schema(to_string(which).data(), kFormats[static_cast<std::size_t>(which)]));
  }
  fill_schema(to, "+s", "", false, std::move(children));
}

void export_stream(std::vector<VerdictPart> parts, ArrowArrayStream* to, const VerdictFields& fields) {
  auto owned = std::make_unique<OwnedStream>();
  owned->fields = parts.empty() ? fields : columns_of(parts.front()).fields;
  owned->parts = std::move(parts);
  *to = {.get_schema = stream_schema,
         .get_next = stream_next,
         .get_last_error = stream_error,
         .release = release_stream,
         .private_data = owned.release()};
}

Result<VerdictPart> join(std::span<const VerdictPart> parts, const VerdictFields& fields) try {
  if (parts.size() == 1) return parts.front();
  auto joined = std::make_shared<VerdictBuilder>(parts.empty() ? fields : columns_of(parts.front()).fields);
  for (const VerdictPart& part : parts) joined->append(columns_of(part));
  return VerdictPart(std::move(joined));
} catch (const std::length_error& error) {
  return Error{std::string(error.what()) + "; take the verdicts as a stream"};
}

}  // namespace assay
