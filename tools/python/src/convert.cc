#include "convert.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace assay::python {
namespace {

constexpr double kEndOfSeconds = 1e11;  // as parse_unix_by_magnitude

Instant of_seconds(double seconds) {
  double whole = static_cast<double>(static_cast<std::int64_t>(seconds));  // std::floor costs a call
  if (whole > seconds) whole -= 1;
  return {static_cast<std::int64_t>(whole), static_cast<std::uint32_t>((seconds - whole) * 1e9)};
}

std::int64_t attribute(nb::handle object, const char* name) { return nb::cast<std::int64_t>(object.attr(name)); }

Instant of_datetime(nb::handle at, const std::string& name) {
  if (at.attr("tzinfo").is_none()) {
    throw nb::value_error(
        (name + ": a datetime without a time zone; use datetime.now(timezone.utc) or give it a tzinfo").c_str());
  }
  const nb::module_ module = nb::module_::import_("datetime");
  const nb::object epoch = module.attr("datetime")(1970, 1, 1, 0, 0, 0, 0, module.attr("timezone").attr("utc"));
  const nb::object since = at - epoch;
  return {attribute(since, "days") * 86400 + attribute(since, "seconds"),
          static_cast<std::uint32_t>(attribute(since, "microseconds") * 1000)};
}

Instant of_text(nb::handle at, const std::string& name) {
  Keepers keepers;
  const std::string_view text = view_of(at, name.c_str(), keepers);
  if (const std::optional<Instant> read = parse_rfc3339(text)) return *read;
  if (const std::optional<Instant> read = parse_unix_by_magnitude(text)) return *read;
  throw nb::value_error((name + ": cannot read '" + std::string(text) +
                         "' as a time; use Unix time, a datetime with a time zone, or RFC 3339")
                            .c_str());
}

Instant of_int(nb::handle at, const std::string& name) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(at.ptr(), &overflow);
  if (number == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::optional<Instant> read =
      overflow == 0 ? parse_unix_by_magnitude({digits, static_cast<std::size_t>(end - digits)}) : std::nullopt;
  if (!read) throw nb::value_error((name + ": the number is no Unix time").c_str());
  return *read;
}

}  // namespace

std::string_view view_of(nb::handle text, const char* name, Keepers& keepers) {
  if (PyUnicode_Check(text.ptr())) {
    Py_ssize_t size = 0;
    if (const char* data = PyUnicode_AsUTF8AndSize(text.ptr(), &size)) return {data, static_cast<std::size_t>(size)};
    PyErr_Clear();
    nb::object bytes = nb::steal(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogatepass"));
    if (!bytes.is_valid()) throw nb::python_error();
    keepers.push_back(std::move(bytes));
    return view_of(keepers.back(), name, keepers);
  }
  if (PyBytes_Check(text.ptr())) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(text.ptr(), &data, &size) != 0) throw nb::python_error();
    return {data, static_cast<std::size_t>(size)};
  }
  raise_wrong_type(text, name, "str or bytes");
}

void require_order(nb::handle given, const char* name, const char* expected) {
  PyObject* const object = given.ptr();
  const bool is_usual = PyList_Check(object) || PyTuple_Check(object) || PyUnicode_Check(object) ||
                        PyFloat_Check(object) || PyLong_Check(object) || given.is_none();
  if (is_usual) return;  // the look at Mapping costs a microsecond
  if (PyAnySet_Check(object) || nb::isinstance(given, nb::module_::import_("collections.abc").attr("Mapping"))) {
    raise_wrong_type(given, name, expected);
  }
}

void raise_wrong_type(nb::handle given, const char* name, const char* expected) {
  const bool is_int = std::string_view(expected) == "int" && PyLong_Check(given.ptr()) && !PyBool_Check(given.ptr());
  if (is_int) throw nb::value_error((std::string(name) + ": the number is out of range").c_str());
  const nb::str type(
      nb::borrow<nb::str>(nb::handle(reinterpret_cast<PyObject*>(Py_TYPE(given.ptr()))).attr("__name__")));
  std::string message = std::string(name) + ": expected " + expected;
  if (std::string_view(expected) != kExpected<std::vector<std::string>>) message.append(", not ").append(type.c_str());
  throw nb::type_error(message.c_str());
}

nb::object to_str(std::string_view text) {
  nb::object made = nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"));
  if (!made.is_valid()) throw nb::python_error();
  return made;
}

nb::object to_str_or_none(const std::optional<std::string>& text) { return text ? to_str(*text) : nb::none(); }

Instant to_instant(nb::handle at, const char* name) {
  if (at.is_none()) return Instant::now();
  if (PyBool_Check(at.ptr())) throw nb::type_error((std::string(name) + ": expected a time, not bool").c_str());
  if (PyLong_Check(at.ptr())) return of_int(at, name);
  if (PyFloat_Check(at.ptr())) {
    const double number = PyFloat_AsDouble(at.ptr());
    if (!(std::abs(number) < kEndOfSeconds))
      throw nb::value_error((std::string(name) + ": a float is Unix time in seconds").c_str());
    return of_seconds(number);
  }
  if (PyUnicode_Check(at.ptr())) return of_text(at, name);
  if (nb::hasattr(at, "tzinfo") && nb::hasattr(at, "year")) return of_datetime(at, name);
  if (nb::hasattr(at, "__index__")) {  // NumPy's integers
    const nb::object number = nb::steal(PyNumber_Index(at.ptr()));
    if (!number.is_valid()) throw nb::python_error();
    return of_int(number, name);
  }
  throw nb::type_error((std::string(name) + ": expected a number, a datetime or a str").c_str());
}

nb::object to_datetime(const Instant& at) {
  const nb::module_ module = nb::module_::import_("datetime");
  const nb::object epoch = module.attr("datetime")(1970, 1, 1, 0, 0, 0, 0, module.attr("timezone").attr("utc"));
  constexpr Instant kFirst{-62'135'596'800, 0}, kLast{253'402'300'799, 999'999'999};
  const Instant held = at.seconds < kFirst.seconds ? kFirst : at.seconds > kLast.seconds ? kLast : at;
  return epoch + module.attr("timedelta")(0, held.seconds, held.nanoseconds / 1000);
}

void raise_setup_error(const Error& error) {
  nb::list way_out;
  for (const Setting& setting : error.way_out)
    way_out.append(nb::make_tuple(setting.field.c_str(), setting.value.c_str()));
  const nb::object type = nb::module_::import_("assay._errors").attr("SetupError");
  const nb::object made = type.attr("of_library")(to_str(error.field), to_str(error.message), way_out);
  PyErr_SetObject(type.ptr(), made.ptr());
  throw nb::python_error();
}

}  // namespace assay::python
