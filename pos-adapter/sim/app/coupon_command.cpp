#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos::sim {
namespace {

struct CouponArguments {
  CouponSlip slip;
  std::string profile = "generic-80", profile_file, painter = painter_beside_program().string(), out = "coupon.bin";
  std::string from, until, ean13, code128, databar;
  bool no_painter = false;
};

int complain(Error const& error, int code = kExitInput) {
  std::cerr << "tillcue-pos: " << error.what << '\n';
  return code;
}

Result<PrinterProfile> profile_of(CouponArguments const& given) {
  if (given.profile_file.empty()) return find_profile(given.profile);
  auto const text = read_file(given.profile_file, kMostBytes);
  if (!text) return tl::unexpected(text.error());
  auto profile = parse_profile(*text);
  if (!profile) return tl::unexpected(profile.error().within(given.profile_file));
  return profile;
}

Result<std::optional<std::chrono::sys_days>> day_of(std::string const& text) {
  if (text.empty()) return std::nullopt;
  int year = 0;
  unsigned month = 0, day = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%d-%u-%u%c", &year, &month, &day, &rest) != 3) {
    return fail(Code::invalid, "\"" + text + "\" is no date: write 2026-12-05");
  }
  std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return fail(Code::invalid, "there is no " + text);
  return std::chrono::sys_days(date);
}

void tell(CouponReport const& report, CouponSlip const& slip, unsigned columns) {
  std::cout << preview(slip, columns) << report.lines << " lines of paper, " << report.pictures << " parts painted\n";
  for (auto const& part : report.left_out) std::cout << "left out: " << part << '\n';
  if (!report.replaced.empty()) std::cout << "replaced by '?': " << to_utf8(report.replaced) << '\n';
}

int make(CouponArguments given) {
  auto const profile = profile_of(given);
  if (!profile) return complain(profile.error().within("--profile"), kExitUsage);
  auto& slip = given.slip;
  auto const from = day_of(given.from), until = day_of(given.until);
  if (!from) return complain(from.error().within("--from"), kExitUsage);
  if (!until) return complain(until.error().within("--until"), kExitUsage);
  slip.valid_from = *from;
  slip.valid_until = *until;
  if (!given.ean13.empty()) slip.barcode = Barcode{BarcodeKind::ean13, given.ean13};
  if (!given.code128.empty()) slip.barcode = Barcode{BarcodeKind::code128, given.code128};
  if (!given.databar.empty()) slip.barcode = Barcode{BarcodeKind::databar_expanded, given.databar};
  if (auto const fine = check(slip); !fine) return complain(fine.error());
  auto const spoken = slip_languages();
  if (std::find(spoken.begin(), spoken.end(), slip.language) == spoken.end()) {
    std::string list;
    for (auto const language : spoken) list += (list.empty() ? "" : ", ") + std::string(language);
    std::cerr << "tillcue-pos: note: --language: there are no words in '" << slip.language << "' (there are in " << list
              << "); the coupon's own are English\n";
  }
  std::shared_ptr<SlipPainter> painter;
  if (!given.no_painter && needs_painter(slip, *profile)) {
    auto loaded = load_painter(given.painter);
    if (!loaded) std::cerr << "tillcue-pos: " << loaded.error().what << '\n';
    if (loaded) painter = *loaded;
  }
  CouponReport report;
  auto const job = encode_coupon(slip, *profile, &report, painter.get());
  std::ofstream file(given.out, std::ios::binary);
  file.write(reinterpret_cast<char const*>(job.data()), static_cast<std::streamsize>(job.size()));
  if (!file.flush()) return complain({Code::io, given.out + ": cannot be written"});
  tell(report, slip, profile->columns);
  return 0;
}

}  // namespace

void add_coupon(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("coupon", "a coupon as the bytes a printer gets: to look at, or for a device file");
  auto given = std::make_shared<CouponArguments>();
  auto& slip = given->slip;
  command->add_option("--headline", slip.headline, "the value, such as \"-20 %\"")->required();
  command->add_option("--product", slip.product)->required();
  command->add_option("--value", slip.value, "what it is worth, when the headline does not say it");
  command->add_option("--serial", slip.serial)->required();
  command->add_option("--price", slip.regular_price, "regular price as text");
  command->add_option("--terms", slip.terms, "conditions");
  command->add_option("--from", given->from, "first day, 2026-11-29");
  command->add_option("--until", given->until, "last day");
  command->add_option("--reason", slip.reason);
  command->add_option("--store", slip.store);
  command->add_option("--receipt", slip.receipt);
  command->add_option("--language", slip.language, "of the coupon's own words and dates")->capture_default_str();
  command->add_option("--code128", given->code128, "barcode");
  command->add_option("--ean13", given->ean13, "barcode, 13 digits");
  command->add_option("--databar", given->databar, "GS1 DataBar Expanded, \"(8110)...\"");
  command->add_option("--qr", slip.qr);
  command->add_option("--lines", slip.max_lines, "paper budget in lines")->capture_default_str();
  command->add_option("--profile", given->profile, "printer profile by name")->capture_default_str();
  command->add_option("--profile-file", given->profile_file, "a profile of your own, JSON");
  command->add_option("--painter", given->painter, "the module that paints what the printer lacks")
      ->default_str("the one installed with the program");
  command->add_flag("--no-painter", given->no_painter, "spell in ASCII instead");
  command->add_option("--out", given->out, "file of the bytes; /dev/usb/lp0 prints them")->capture_default_str();
  command->callback([given, &chosen] { chosen = [given] { return make(*given); }; });
}

}  // namespace tillcue::pos::sim
