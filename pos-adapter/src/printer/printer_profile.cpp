#include "tillcue/pos/printer_profile.hpp"

#include <algorithm>

namespace tillcue::pos {
namespace {

using enum CodeTable;

/// Epson's numbers, which most makers follow. Western first, then Cyrillic with the widest support first.
std::vector<CodePage> epson_pages() {
  return {{cp437, 0},  {cp858, 19},  {cp850, 2},  {cp1252, 16}, {cp866, 17}, {cp1251, 46},
          {cp852, 18}, {cp1250, 45}, {cp857, 13}, {cp1254, 48}, {cp737, 14}, {cp1253, 47},
          {cp860, 3},  {cp863, 4},   {cp865, 5},  {cp1125, 44}, {cp1257, 51}};
}

std::vector<CodePage> bixolon_pages() {
  return {{cp437, 0},   {cp858, 19}, {cp850, 2}, {cp1252, 16}, {cp866, 17},
          {cp1251, 28}, {cp852, 18}, {cp860, 3}, {cp863, 4},   {cp865, 5}};
}

std::vector<CodePage> citizen_pages() { return {{cp437, 0}, {cp858, 2}, {cp1252, 16}, {cp866, 7}, {cp852, 6}}; }

std::vector<CodePage> rongta_pages() {
  return {{cp437, 0},  {cp858, 19}, {cp850, 2}, {cp1252, 16}, {cp866, 7},
          {cp1251, 6}, {cp852, 18}, {cp860, 3}, {cp863, 4},   {cp865, 5}};
}

std::vector<CodePage> pos5890_pages() {
  return {{cp437, 0},   {cp858, 19}, {cp850, 2}, {cp1252, 16}, {cp866, 17},
          {cp1251, 73}, {cp852, 18}, {cp860, 3}, {cp863, 4},   {cp865, 5}};
}

/// Old Epsons have no Windows tables beside 1252.
std::vector<CodePage> old_epson_pages() {
  return {{cp437, 0},  {cp858, 19}, {cp850, 2}, {cp1252, 16}, {cp866, 17},
          {cp852, 18}, {cp860, 3},  {cp863, 4}, {cp865, 5}};
}

std::vector<CodePage> mobile_pages() { return {{cp437, 0}, {cp850, 2}, {cp866, 7}, {cp1251, 6}}; }

std::vector<CodePage> wincor_pages() {
  return {{cp437, 0}, {cp850, 1}, {cp852, 2}, {cp858, 6}, {cp866, 7}, {cp1252, 8}};
}

/// Numbers of ESC GS t.
std::vector<CodePage> star_pages() {
  return {{cp437, 1},   {cp858, 4},  {cp1252, 32}, {cp866, 10}, {cp1251, 34}, {cp852, 5},
          {cp1250, 33}, {cp857, 12}, {cp737, 15},  {cp860, 6},  {cp863, 8},   {cp865, 9}};
}

std::vector<CodePage> bematech_pages() { return {{cp850, 2}, {cp437, 3}, {cp860, 4}, {cp858, 5}, {cp866, 6}}; }

std::vector<CodePage> yhd_pages() {
  return {{cp437, 0}, {cp1252, 11}, {cp866, 12}, {cp852, 13}, {cp858, 14}, {cp1251, 18}};
}

PrinterProfile named(std::string name, unsigned columns, unsigned dots, std::vector<CodePage> pages) {
  PrinterProfile profile;
  profile.name = std::move(name);
  profile.columns = columns;
  profile.dots = dots;
  profile.code_pages = std::move(pages);
  return profile;
}

PrinterProfile without_cutter(PrinterProfile profile) {
  profile.cut = CutKind::none;
  profile.feed_before_cut = 4;  // past the tear bar
  return profile;
}

PrinterProfile chinese(PrinterProfile profile) {
  profile.kanji_off = true;
  return profile;
}

PrinterProfile without_qr(PrinterProfile profile) {
  profile.qr = false;
  return profile;
}

PrinterProfile with(PictureKind kind, PrinterProfile profile) {
  profile.picture = kind;
  return profile;
}

/// 58 mm boards that know neither QR nor GS ( L.
PrinterProfile small_board(std::string name) {
  return without_qr(chinese(without_cutter(named(std::move(name), 32, 384, pos5890_pages()))));
}

/// An impact printer: columns of 9 pins, no symbols of any kind.
PrinterProfile tm_u220() {
  auto profile = without_qr(with(PictureKind::none, named("epson-tm-u220", 42, 400, old_epson_pages())));
  profile.code128 = profile.ean13 = false;
  return profile;
}

PrinterProfile star(std::string name, PictureKind picture) {
  auto profile = named(std::move(name), 48, 576, star_pages());
  profile.language = Dialect::star;
  profile.picture = picture;
  return profile;
}

/// Set to ESC/Bema; set to ESC/POS it is a generic-80.
PrinterProfile bematech() {
  auto profile = without_qr(with(PictureKind::column, named("bematech", 48, 576, bematech_pages())));
  profile.language = Dialect::bematech;
  profile.resting_code_page = 2;
  profile.feed_before_cut = 4;
  return profile;
}

std::vector<PrinterProfile> const& profiles() {
  static std::vector<PrinterProfile> const kProfiles{
      named("generic-80", 48, 576, epson_pages()),
      without_cutter(named("generic-58", 32, 384, epson_pages())),
      named("epson-tm-t88", 42, 512, epson_pages()),
      without_qr(named("epson-tm-t88iii", 42, 512, old_epson_pages())),
      named("epson-tm-t88iv", 42, 512, old_epson_pages()),
      named("epson-tm-t70", 42, 512, old_epson_pages()),
      named("epson-tm-t20", 48, 576, epson_pages()),
      named("epson-tm-m30", 48, 576, epson_pages()),
      with(PictureKind::graphics, named("epson-tm-m30iii", 48, 576, epson_pages())),
      tm_u220(),
      named("seiko-rp-f10", 48, 576, epson_pages()),
      named("seiko-rp-f10-58", 36, 432, epson_pages()),
      named("citizen-ct", 48, 576, citizen_pages()),
      named("bixolon", 42, 512, bixolon_pages()),
      chinese(named("rongta-rp326", 48, 576, rongta_pages())),
      small_board("pos-5890"),
      small_board("netum-nt-5890k"),
      small_board("zjiang-zj-5870"),
      chinese(named("p822d", 48, 576, pos5890_pages())),
      chinese(without_cutter(named("sunmi-58", 32, 384, epson_pages()))),
      chinese(without_cutter(named("mpt-58", 32, 384, mobile_pages()))),
      chinese(named("yhd-8390", 48, 576, yhd_pages())),
      without_qr(with(PictureKind::column, named("wincor-th230", 44, 576, wincor_pages()))),
      star("star-line", PictureKind::star_column),
      star("star-prnt", PictureKind::star_raster),
      bematech(),
  };
  return kProfiles;
}

}  // namespace

std::optional<CodeTable> PrinterProfile::table(std::uint8_t number) const noexcept {
  auto const found =
      std::find_if(code_pages.begin(), code_pages.end(), [&](CodePage page) { return page.number == number; });
  return found == code_pages.end() ? std::nullopt : std::optional{found->table};
}

CodeTable PrinterProfile::resting_table() const noexcept {
  auto const power_on = code_pages.empty() ? CodeTable::cp437 : code_pages.front().table;
  return resting_code_page != 0 ? table(resting_code_page).value_or(power_on) : power_on;
}

PrinterProfile PrinterProfile::resting_in(CodeTable table) const {
  auto copy = *this;
  if (copy.code_pages.empty()) copy.code_pages.push_back({});
  copy.code_pages.front().table = table;
  for (auto& page : copy.code_pages) {
    if (resting_code_page != 0 && page.number == resting_code_page) page.table = table;
  }
  return copy;
}

Result<PrinterProfile> find_profile(std::string_view name) {
  auto const found = std::find_if(profiles().begin(), profiles().end(), [&](auto const& p) { return p.name == name; });
  if (found != profiles().end()) return *found;
  std::string known;
  for (auto const& profile : profiles()) known += (known.empty() ? "" : ", ") + profile.name;
  return fail(Code::not_found, "no printer profile \"" + std::string(name) + "\"; take one of " + known);
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (auto const& profile : profiles()) names.push_back(profile.name);
  return names;
}

}  // namespace tillcue::pos
