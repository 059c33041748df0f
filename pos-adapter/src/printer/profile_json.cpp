#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::json;
using Complaint = std::optional<std::string>;

constexpr std::size_t kMostBytes = std::size_t{16} * 1024;

template <class Number>
Complaint read_number(Json const& value, Number& out, unsigned least, unsigned most) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most) {
    return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  out = static_cast<Number>(value.get<std::uint64_t>());
  return {};
}

Complaint read_flag(Json const& value, bool& out) {
  if (!value.is_boolean()) return "must be true or false";
  out = value.get<bool>();
  return {};
}

template <class Kind, std::size_t N>
Complaint read_name(Json const& value, Kind& out, std::array<std::pair<std::string_view, Kind>, N> const& names) {
  std::string list;
  for (auto const& [name, kind] : names) {
    if (value.is_string() && value.get_ref<std::string const&>() == name) {
      out = kind;
      return {};
    }
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return "must be one of: " + list;
}

Complaint read_code_page(Json const& pair, std::vector<CodePage>& out) {
  constexpr auto kForm = "must be a list of pairs such as [\"cp866\", 17], 1 to 32 of them";
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) return kForm;
  CodePage page;
  if (auto const complaint = read_number(pair[1], page.number, 0, 255)) return "the number " + *complaint;
  auto const table = find_code_table(pair[0].get_ref<std::string const&>());
  if (!table) return table.error().what;
  page.table = *table;
  out.push_back(page);
  return {};
}

Complaint read_code_pages(Json const& value, std::vector<CodePage>& out) {
  if (!value.is_array() || value.empty() || value.size() > 32) {
    return "must be a list of pairs such as [\"cp866\", 17], 1 to 32 of them";
  }
  out.clear();
  for (auto const& pair : value) {
    if (auto complaint = read_code_page(pair, out)) return complaint;
  }
  return {};
}

struct Field {
  std::string_view name;
  Complaint (*read)(Json const&, PrinterProfile&);
};

constexpr std::array<std::pair<std::string_view, CutKind>, 3> kCuts{
    {{"none", CutKind::none}, {"partial", CutKind::partial}, {"full", CutKind::full}}};
constexpr std::array<std::pair<std::string_view, PictureKind>, 6> kPictures{
    {{"none", PictureKind::none},
     {"raster", PictureKind::raster},
     {"graphics", PictureKind::graphics},
     {"column", PictureKind::column},
     {"star_raster", PictureKind::star_raster},
     {"star_column", PictureKind::star_column}}};
constexpr std::array<std::pair<std::string_view, Dialect>, 3> kLanguages{
    {{"escpos", Dialect::escpos}, {"star", Dialect::star}, {"bematech", Dialect::bematech}}};

constexpr Field kFields[] = {
    {"language", [](Json const& v, PrinterProfile& p) { return read_name(v, p.language, kLanguages); }},
    {"columns", [](Json const& v, PrinterProfile& p) { return read_number(v, p.columns, 16, 128); }},
    {"dots", [](Json const& v, PrinterProfile& p) { return read_number(v, p.dots, 128, 1024); }},
    {"code_pages", [](Json const& v, PrinterProfile& p) { return read_code_pages(v, p.code_pages); }},
    {"resting_code_page", [](Json const& v, PrinterProfile& p) { return read_number(v, p.resting_code_page, 0, 255); }},
    {"qr", [](Json const& v, PrinterProfile& p) { return read_flag(v, p.qr); }},
    {"code128", [](Json const& v, PrinterProfile& p) { return read_flag(v, p.code128); }},
    {"ean13", [](Json const& v, PrinterProfile& p) { return read_flag(v, p.ean13); }},
    {"picture", [](Json const& v, PrinterProfile& p) { return read_name(v, p.picture, kPictures); }},
    {"reset_first", [](Json const& v, PrinterProfile& p) { return read_flag(v, p.reset_first); }},
    {"kanji_off", [](Json const& v, PrinterProfile& p) { return read_flag(v, p.kanji_off); }},
    {"cut", [](Json const& v, PrinterProfile& p) { return read_name(v, p.cut, kCuts); }},
    {"feed_before_cut", [](Json const& v, PrinterProfile& p) { return read_number(v, p.feed_before_cut, 0, 20); }},
};

tl::unexpected<Error> refuse(std::string const& field, std::string const& what) {
  return fail(Code::invalid, field + ": " + what);
}

/// The name it goes by and the profile it starts from.
Result<PrinterProfile> begun(Json const& root) {
  PrinterProfile profile;
  if (auto const like = root.find("like"); like != root.end()) {
    if (!like->is_string()) return refuse("like", "must be the name of a profile, in quotes");
    auto known = find_profile(like->get<std::string>());
    if (!known) return tl::unexpected(known.error().within("like"));
    profile = std::move(*known);
  } else {
    profile.code_pages = {{CodeTable::cp437, 0}};
  }
  profile.name = "own";
  if (auto const name = root.find("name"); name != root.end()) {
    if (!name->is_string() || name->get_ref<std::string const&>().empty()) return refuse("name", "must be a text");
    profile.name = name->get<std::string>().substr(0, 64);
  }
  return profile;
}

}  // namespace

Result<PrinterProfile> parse_profile(std::string_view json) {
  if (json.size() > kMostBytes) return fail(Code::invalid, "a printer profile has at most 16 KiB");
  auto const root = Json::parse(json, nullptr, false, true);
  if (!root.is_object()) return fail(Code::invalid, "a printer profile is one JSON object { }");
  auto profile = begun(root);
  if (!profile) return profile;
  for (auto const& [name, value] : root.items()) {
    if (name == "like" || name == "name") continue;
    auto const* const field =
        std::find_if(std::begin(kFields), std::end(kFields), [&n = name](Field const& f) { return f.name == n; });
    if (field == std::end(kFields)) {
      std::string known = "like, name";
      for (auto const& one : kFields) known += ", " + std::string(one.name);
      return refuse(name.substr(0, 64), "is no field of a printer profile; there are " + known);
    }
    if (auto const complaint = field->read(value, *profile)) return refuse(name, *complaint);
  }
  bool const star = profile->picture == PictureKind::star_raster || profile->picture == PictureKind::star_column;
  if (profile->picture != PictureKind::none && star != (profile->language == Dialect::star)) {
    return refuse("picture", "star_raster and star_column go with \"language\": \"star\", the others with the others");
  }
  if (profile->dots / profile->columns < 6)
    return refuse("columns", "more than fit into " + std::to_string(profile->dots) + " dots");
  return profile;
}

}  // namespace tillcue::pos
