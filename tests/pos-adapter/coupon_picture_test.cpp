#include <array>
#include <cstdio>

#include <doctest/doctest.h>
#include <unistd.h>

#include "coupon_slips.hpp"
#include "shared_samples.hpp"

// An independent programme paints the coupon's bytes and another one reads the symbols off the picture.
using namespace tillcue::pos;
namespace fs = std::filesystem;

namespace {

/// Output of a command; nothing when it failed.
std::optional<std::string> output_of(std::string const& command) {
  std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 4096> block{};
  while (auto const n = std::fread(block.data(), 1, block.size(), pipe)) out.append(block.data(), n);
  return ::pclose(pipe) == 0 ? std::optional{out} : std::nullopt;
}

/// A Python that can paint, or nothing.
std::optional<std::string> painter() {
  for (std::string python : {"python3", "/usr/bin/python3"}) {
    if (output_of(python + " -c 'import PIL'")) return python;
  }
  return std::nullopt;
}

bool skip_without_tools() {
  if (skip_without(shared_folder() / "tools" / "escpos" / "escrender.py", "coupon pictures")) return true;
  if (painter() && output_of("command -v zbarimg") && output_of("command -v zint")) return false;
  std::printf("skipped: coupon pictures (needs zbarimg, zint and python3-pil)\n");
  return true;
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("tillcue-slips-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

/// What a scanner reads off the painted slip, a line for each symbol.
std::string scanned(CouponSlip const& slip, char const* profile_name) {
  Folder const folder;
  auto const profile = find_profile(profile_name).value();
  auto const bytes = text_of(encode_coupon(slip, profile));
  std::ofstream(folder.path / "slip.bin", std::ios::binary) << bytes;
  std::string const script = "import sys; sys.path.insert(0, '" + (shared_folder() / "tools" / "escpos").string() +
                             "'); import escrender; escrender.render(open('" + (folder.path / "slip.bin").string() +
                             "', 'rb').read(), " + std::to_string(profile.dots) + ")[0].save('" +
                             (folder.path / "slip.png").string() + "')";
  REQUIRE(output_of("PYTHONDONTWRITEBYTECODE=1 " + painter().value() + " -c \"" + script + "\""));
  return output_of("zbarimg -q " + (folder.path / "slip.png").string()).value_or("");
}

void check_reads(CouponSlip const& slip, std::string const& barcode) {
  for (auto const* profile : {"generic-80", "generic-58", "epson-tm-t88"}) {
    CAPTURE(profile);
    auto const seen = scanned(slip, profile);
    CHECK(seen.find(barcode + "\n") != std::string::npos);
    CHECK(seen.find("QR-Code:" + slip.qr + "\n") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a scanner reads barcode and QR code off the English coupon on 58 and 80 mm") {
  if (skip_without_tools()) return;
  check_reads(english_slip(), "CODE-128:7KQ2M9XR4T");
}

TEST_CASE("a scanner reads EAN-13 and QR code off the Russian coupon on 58 and 80 mm") {
  if (skip_without_tools()) return;
  check_reads(russian_slip(), "EAN-13:2912345678906");
}

TEST_CASE("a scanner reads digit pairs and braces of CODE128") {
  if (skip_without_tools()) return;
  auto slip = english_slip();
  slip.barcode->data = "981345678901234567";
  CHECK(scanned(slip, "generic-80").find("CODE-128:981345678901234567\n") != std::string::npos);
  slip.barcode->data = "A{B}c 9";
  CHECK(scanned(slip, "generic-80").find("CODE-128:A{B}c 9\n") != std::string::npos);
}
