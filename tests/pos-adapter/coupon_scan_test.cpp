#include <filesystem>
#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <unistd.h>

#include "command_output.hpp"
#include "coupon_slips.hpp"
#include "job_bytes.hpp"
#include "tillcue/pos/slip_painter.hpp"

// Every profile's coupon as its printer would put it on paper, and what a scanner reads off it.
using namespace tillcue::pos;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("tillcue-scans-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string language_name(PrinterProfile const& profile) {
  if (profile.language == Dialect::star) return "star";
  return profile.language == Dialect::bematech ? "bematech" : "escpos";
}

/// Paints the job and scans it: a line for each symbol.
std::string scanned(Folder const& folder, std::vector<std::byte> const& job, PrinterProfile const& profile) {
  auto const bin = (folder.path / "slip.bin").string(), png = (folder.path / "slip.png").string();
  std::ofstream(bin, std::ios::binary) << text_of(job);
  std::string pages;
  for (auto const& page : profile.code_pages) {
    pages += (pages.empty() ? "" : ",") + std::to_string(page.number) + "=cp" +
             std::to_string(static_cast<unsigned>(page.table));
  }
  REQUIRE_MESSAGE(output_of("PYTHONDONTWRITEBYTECODE=1 " + painting_python().value() +
                            " " TILLCUE_SOURCE_DIR "/tests/support/slip_picture.py " + bin + " " + png + " --dots " +
                            std::to_string(profile.dots) + " --language " + language_name(profile) + " --columns " +
                            std::to_string(profile.columns) + " --pages " + pages),
                  profile.name << ": the job is not what a coupon may hold");
  return output_of("zbarimg -q " + png).value_or("");
}

bool tools_are_missing() {
  if (painting_python() && output_of("command -v zbarimg") && output_of("command -v zint")) return false;
  std::printf("skipped: scanned coupons (needs zbarimg, zint and python3-pil)\n");
  return true;
}

/// What of a profile decides how symbols get on paper; profiles that agree in it are scanned once.
std::string way_of(PrinterProfile const& p) {
  return std::to_string(p.columns) + "/" + std::to_string(p.dots) + (p.qr ? "q" : "") + (p.code128 ? "c" : "") +
         (p.ean13 ? "e" : "") + std::to_string(static_cast<int>(p.language)) +
         std::to_string(static_cast<int>(p.picture)) + (p.kanji_off ? "k" : "");
}

}  // namespace

TEST_CASE("a scanner reads CODE128, EAN-13 and QR of every profile, printed or painted") {
  if (tools_are_missing()) return;
  auto const painter = load_painter(TILLCUE_PAINTER);
  REQUIRE(painter);
  Folder const folder;
  std::set<std::string> done;
  for (auto const& name : profile_names()) {
    auto const profile = find_profile(name).value();
    if (!done.insert(way_of(profile)).second) continue;
    CAPTURE(name);
    for (auto const& slip : {english_slip(), russian_slip()}) {
      CouponReport report;
      auto const seen = scanned(folder, encode_coupon(slip, profile, &report, painter->get()), profile);
      if (profile.picture == PictureKind::none) {  // an impact printer: the serial is all there is, and it is said
        CHECK(report.left_out.size() == 2);
        continue;
      }
      CHECK(report.left_out.empty());
      auto const kind = slip.barcode->kind == BarcodeKind::ean13 ? "EAN-13:" : "CODE-128:";
      CHECK(seen.find(kind + slip.barcode->data + "\n") != std::string::npos);
      CHECK(seen.find("QR-Code:" + slip.qr + "\n") != std::string::npos);
    }
  }
  CHECK(done.size() >= 10);
}

TEST_CASE("a scanner reads painted CODE128, EAN-13 and QR in each kind of picture on 58 and 80 mm") {
  if (tools_are_missing()) return;
  auto const painter = load_painter(TILLCUE_PAINTER);
  REQUIRE(painter);
  Folder const folder;
  for (auto const kind : {PictureKind::raster, PictureKind::graphics, PictureKind::column, PictureKind::star_raster,
                          PictureKind::star_column}) {
    bool const star = kind == PictureKind::star_raster || kind == PictureKind::star_column;
    for (auto const* name : {"generic-58", "generic-80"}) {
      auto profile = find_profile(star ? "star-line" : name).value();
      profile.picture = kind;
      profile.qr = profile.code128 = profile.ean13 = false;
      CAPTURE(name);
      CAPTURE(static_cast<int>(kind));
      for (auto const& slip : {english_slip(), russian_slip()}) {
        auto const seen = scanned(folder, encode_coupon(slip, profile, nullptr, painter->get()), profile);
        auto const barcode = slip.barcode->kind == BarcodeKind::ean13 ? "EAN-13:" : "CODE-128:";
        CHECK(seen.find(barcode + slip.barcode->data + "\n") != std::string::npos);
        CHECK(seen.find("QR-Code:" + slip.qr + "\n") != std::string::npos);
      }
    }
  }
}

TEST_CASE("a scanner reads a GS1 DataBar Expanded coupon") {
  if (tools_are_missing()) return;
  auto const painter = load_painter(TILLCUE_PAINTER);
  REQUIRE(painter);
  Folder const folder;
  auto slip = english_slip();
  slip.qr.clear();
  slip.barcode = Barcode{BarcodeKind::databar_expanded, "(255)9501234567891(3900)120(17)261205"};
  auto const profile = find_profile("generic-80").value();
  CouponReport report;
  auto const seen = scanned(folder, encode_coupon(slip, profile, &report, painter->get()), profile);
  CHECK(report.left_out.empty());
  CHECK(seen.find("DataBar-Exp:255950123456789") == 0);
}
