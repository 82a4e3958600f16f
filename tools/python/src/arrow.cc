#include "arrow.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/arrow.h"
#include "convert.h"
#include "verifier.h"

namespace assay::python {
namespace {

constexpr const char* kSchemaName = "arrow_schema";
constexpr const char* kArrayName = "arrow_array";
constexpr const char* kStreamName = "arrow_array_stream";

// Owns one of the structures of the C data interface.
template <class T>
class Owned {
 public:
  Owned() = default;
  // Takes the contents of a structure that somebody else has, and leaves it released.
  explicit Owned(T* from) : value_(*from) { from->release = nullptr; }
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }
  T* get() noexcept { return &value_; }
  const T& operator*() const noexcept { return value_; }
  const T* operator->() const noexcept { return &value_; }

 private:
  T value_{};
};

// A column that Python gave: its type and its chunks.
struct Column {
  Owned<ArrowSchema> type;
  std::vector<Owned<ArrowArray>> chunks;
};

template <class T>
T* pointer_of(nb::handle capsule, const char* name) {
  void* const pointer = PyCapsule_GetPointer(capsule.ptr(), name);
  if (pointer == nullptr) throw nb::python_error();
  T* const structure = static_cast<T*>(pointer);
  // Whoever takes a structure leaves it released; what its other members point to may be gone.
  if (structure->release == nullptr) {
    throw nb::value_error((std::string("column: this ") + name + " was taken before; give a new one").c_str());
  }
  return structure;
}

Column of_array(nb::handle column) {
  const nb::object pair = column.attr("__arrow_c_array__")();
  Column made{Owned<ArrowSchema>(pointer_of<ArrowSchema>(pair[0], kSchemaName)), {}};
  made.chunks.emplace_back(pointer_of<ArrowArray>(pair[1], kArrayName));
  return made;
}

[[noreturn]] void raise_stream_error(ArrowArrayStream& stream) {
  if (PyErr_Occurred() != nullptr) throw nb::python_error();
  const char* const said = stream.get_last_error(&stream);
  throw nb::value_error((std::string("the stream cannot be read: ") + (said == nullptr ? "" : said)).c_str());
}

Column of_stream(nb::handle column) {
  const nb::object capsule = column.attr("__arrow_c_stream__")();
  Owned<ArrowArrayStream> stream(pointer_of<ArrowArrayStream>(capsule, kStreamName));
  Column made;
  if (stream->get_schema(stream.get(), made.type.get()) != 0) raise_stream_error(*stream.get());
  for (;;) {
    Owned<ArrowArray> chunk;
    if (stream->get_next(stream.get(), chunk.get()) != 0) raise_stream_error(*stream.get());
    if (chunk->release == nullptr) return made;
    made.chunks.push_back(std::move(chunk));
  }
}

bool is_arrow(nb::handle object) {
  return nb::hasattr(object, "__arrow_c_array__") || nb::hasattr(object, "__arrow_c_stream__");
}

Column to_column(nb::handle column) {
  if (nb::hasattr(column, "__arrow_c_array__")) return of_array(column);
  if (nb::hasattr(column, "__arrow_c_stream__")) return of_stream(column);
  throw nb::type_error(
      "column: expected an object with __arrow_c_array__ or __arrow_c_stream__, such as a column of pyarrow or Polars; "
      "for a list there is verify_batch");
}

using Times = std::vector<std::optional<Instant>>;

// The chunks of a column. One that has none has an empty one, by which its type is checked.
Column to_checked(nb::handle column) {
  Column made = to_column(column);
  if (made.chunks.empty()) made.chunks.emplace_back();
  return made;
}

Times to_times(nb::handle at, std::int64_t rows) {
  const Column column = to_checked(at);
  Times all;
  for (const Owned<ArrowArray>& chunk : column.chunks) {
    Result<Times> some = read_times(*column.type, *chunk);
    if (!some) raise_setup_error(some.error());
    all.insert(all.end(), some->begin(), some->end());
  }
  if (static_cast<std::int64_t>(all.size()) != rows) {
    throw nb::value_error(
        ("at: " + std::to_string(all.size()) + " times for " + std::to_string(rows) + " tokens").c_str());
  }
  return all;
}

// Verdicts as Python holds them. Each call hands out a view of the same memory.
class VerdictArray {
 public:
  // Without parts it has no rows, and shows the schema.
  explicit VerdictArray(const VerdictFields& fields, std::vector<VerdictPart> parts = {})
      : fields_(fields), parts_(std::move(parts)) {}

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const VerdictPart& part : parts_) sum += part->rows();
    return sum;
  }
  nb::object schema() const;
  nb::object array() const;
  nb::object stream() const;

 private:
  VerdictFields fields_;
  std::vector<VerdictPart> parts_;
};

// The columns that are wanted: None is all, a text is one of them.
VerdictFields to_fields(nb::handle fields) {
  if (fields.is_none()) return {};
  Keepers keepers;
  std::vector<std::string_view> names;
  if (PyUnicode_Check(fields.ptr())) {
    names.push_back(view_of(fields, "fields", keepers));
  } else {
    require_order(fields, "fields", "a list of names of columns");
    const nb::object list = nb::steal(PySequence_List(fields.ptr()));
    if (!list.is_valid()) {
      PyErr_Clear();
      throw nb::type_error("fields: expected names of columns");
    }
    keepers.push_back(list);
    for (const nb::handle name : list) {
      if (!PyUnicode_Check(name.ptr())) throw nb::type_error("fields: expected names of columns, as str");
      names.push_back(view_of(name, "fields", keepers));
    }
  }
  const Result<VerdictFields> made = VerdictFields::of(names);
  if (!made) raise_setup_error(made.error());
  return *made;
}

template <class T>
void destroy(PyObject* capsule) {
  const std::unique_ptr<T> owned(static_cast<T*>(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule))));
  if (owned != nullptr && owned->release != nullptr) owned->release(owned.get());
}

template <class T, class Fill>
nb::object capsule_of(const char* name, const Fill& fill) {
  auto owned = std::make_unique<T>();
  fill(owned.get());
  nb::object capsule = nb::steal(PyCapsule_New(owned.get(), name, destroy<T>));
  if (!capsule.is_valid()) {
    owned->release(owned.get());
    throw nb::python_error();
  }
  owned.release();
  return capsule;
}

nb::object VerdictArray::schema() const {
  return capsule_of<ArrowSchema>(kSchemaName, [&](ArrowSchema* to) { export_schema(to, fields_); });
}

nb::object VerdictArray::array() const {
  const Result<VerdictPart> whole = join(parts_, fields_);
  if (!whole) raise_setup_error(whole.error());
  return nb::make_tuple(schema(),
                        capsule_of<ArrowArray>(kArrayName, [&](ArrowArray* to) { export_array(*whole, to); }));
}

nb::object VerdictArray::stream() const {
  return capsule_of<ArrowArrayStream>(kStreamName, [&](ArrowArrayStream* to) { export_stream(parts_, to, fields_); });
}

}  // namespace

void each_chunk(nb::handle tokens, nb::handle at,
                const std::function<Result<void>(const ArrowSchema&, const ArrowArray&, ColumnOptions)>& use) {
  const Column column = to_checked(tokens);
  std::int64_t rows = 0;
  for (const Owned<ArrowArray>& chunk : column.chunks) rows += chunk->length;
  const bool has_times = is_arrow(at);
  const Times times = has_times ? to_times(at, rows) : Times();
  const Instant moment = has_times ? Instant() : to_instant(at);
  std::optional<Error> error;
  {
    const nb::gil_scoped_release released;
    std::size_t begin = 0;
    for (const Owned<ArrowArray>& chunk : column.chunks) {
      const auto length = static_cast<std::size_t>(chunk->length);
      ColumnOptions options{.at = moment};
      if (has_times) options.times = std::span(times).subspan(begin, length);
      begin += length;
      if (const Result<void> used = use(*column.type, *chunk, options); !used) {
        error = used.error();
        break;
      }
    }
  }
  if (error) raise_setup_error(*error);
}

nb::object verify_arrow(const Verifier& verifier, nb::handle tokens, nb::handle at, nb::handle cores,
                        nb::handle fields) {
  const int threads = argument<int>(cores, "threads");
  if (threads < 0) throw nb::value_error("threads: give the number of threads, or 0 for all cores");
  const VerdictFields wanted = to_fields(fields);
  std::vector<VerdictPart> parts;
  each_chunk(tokens, at, [&](const ArrowSchema& type, const ArrowArray& chunk, ColumnOptions options) -> Result<void> {
    options.threads = threads;
    options.fields = wanted;
    const Result<std::vector<VerdictPart>> judged = verify_column(verifier.engine(), type, chunk, options);
    if (!judged) return judged.error();
    parts.insert(parts.end(), judged->begin(), judged->end());
    return {};
  });
  verifier.deliver_notes();
  return nb::cast(VerdictArray(wanted, std::move(parts)));
}

void bind_arrow(nb::module_& module) {
  nb::class_<VerdictArray>(module, "VerdictArray",
                           "Verdicts as Arrow columns, one row for each row that was judged. pyarrow.table(...), "
                           "polars.DataFrame(...) and the like take it without copying.")
      .def(
          "__init__", [](VerdictArray* self, nb::handle fields) { new (self) VerdictArray(to_fields(fields)); },
          nb::arg("fields") = nb::none(),
          nb::sig("def __init__(self, fields: collections.abc.Iterable[str] | None = None) -> None"),
          "No verdicts: it has the columns, for those who need to know them beforehand.")
      .def("__len__", &VerdictArray::rows)
      .def("__arrow_c_schema__", &VerdictArray::schema, nb::sig("def __arrow_c_schema__(self) -> object"))
      .def(
          "__arrow_c_array__", [](const VerdictArray& self, nb::handle) { return self.array(); },
          nb::arg("requested_schema") = nb::none(),
          nb::sig("def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]"))
      .def(
          "__arrow_c_stream__", [](const VerdictArray& self, nb::handle) { return self.stream(); },
          nb::arg("requested_schema") = nb::none(),
          nb::sig("def __arrow_c_stream__(self, requested_schema: object | None = None) -> object"));
}

}  // namespace assay::python
