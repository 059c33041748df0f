#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "program_run.hpp"

using namespace tillcue::models;
using made::run;
using made::shop;
using made::tells;
using Json = nlohmann::json;

namespace {

std::string build_of(std::string const& options, std::string const& out) {
  auto const& folder = shop().folder;
  return "build --transactions " + folder.file("transactions.csv") + " --items " + folder.file("items.csv") +
         " --out " + out + " " + options;
}

/// Ranks by popularity only.
std::string const kIgnorant = "--min-baskets 1000000 ";

}  // namespace

TEST_CASE("build --replaces writes a bundle that is no worse, and its note says that it passed") {
  auto const out = shop().folder.file("same");
  auto const built = run(build_of("--replaces " + shop().bundle, out));
  CHECK_MESSAGE(built.code == 0, built.out);
  CHECK(tells(built, "passed"));
  CHECK(Json::parse(run("inspect --json --bundle " + out).out)["note"].get<std::string>().find("gate=passed") !=
        std::string::npos);
}

TEST_CASE("a worse bundle is exit code 5, kept aside, and the file to replace stays as it was") {
  auto const out = shop().folder.file("kept");
  auto const before = made::get_file(shop().bundle);
  made::put_file(out, before);
  auto const refused = run(build_of(kIgnorant + "--replaces " + shop().bundle, out));
  CHECK(refused.code == 5);
  CHECK(tells(refused, "refused: worse than"));
  CHECK(tells(refused, "HR@5 0."));
  CHECK(made::get_file(out) == before);
  auto const note = Json::parse(run("inspect --json --bundle " + out + ".refused").out)["note"].get<std::string>();
  CHECK(note.find("gate=failed") != std::string::npos);
  CHECK(note.find("gate_reason=HR@5") != std::string::npos);
}

TEST_CASE("--force writes a worse bundle, and its note says so") {
  auto const out = shop().folder.file("forced");
  auto const forced = run(build_of(kIgnorant + "--force --replaces " + shop().bundle, out));
  CHECK_MESSAGE(forced.code == 0, forced.out);
  CHECK(tells(forced, "forced"));
  CHECK(Json::parse(run("inspect --json --bundle " + out).out)["note"].get<std::string>().find("gate=forced") !=
        std::string::npos);
  CHECK(!std::filesystem::exists(out + ".refused"));
}

TEST_CASE("options of the gate stand with --replaces, which must be a bundle") {
  CHECK(run(build_of("--force", shop().folder.file("x"))).code == 2);
  auto const missing = run(build_of("--replaces nowhere", shop().folder.file("x")));
  CHECK(missing.code == 3);
  CHECK(tells(missing, "--replaces: nowhere"));
  CHECK(run(build_of("--max-bytes 10 --replaces " + shop().bundle, shop().folder.file("x"))).code == 5);
}

TEST_CASE("a bundle is made to fit into the bytes allowed, or the mend is told") {
  auto const whole = std::filesystem::file_size(shop().bundle);
  auto const out = shop().folder.file("small");
  auto const most = whole * 9 / 10;
  REQUIRE(run(build_of("--max-bytes " + std::to_string(most), out)).code == 0);
  CHECK(std::filesystem::file_size(out) <= most);
  CHECK(std::filesystem::file_size(out) > most * 8 / 10);
  auto const none = run(build_of("--max-bytes 1000", shop().folder.file("none")));
  CHECK(none.code == 3);
  CHECK(tells(none, "--max-bytes 1000: "));
  CHECK(!std::filesystem::exists(shop().folder.file("none")));
}

TEST_CASE("diff says what would change, in text and JSON") {
  auto const out = shop().folder.file("ignorant");
  REQUIRE(run(build_of(kIgnorant, out)).code == 0);
  auto const text = run("diff " + shop().bundle + " " + out);
  CHECK(text.code == 0);
  CHECK(tells(text, "first changed"));
  CHECK(tells(text, "campaign "));
  auto const json =
      run("diff --json --transactions " + shop().folder.file("today.csv") + " " + shop().bundle + " " + out);
  REQUIRE(json.code == 0);
  auto const facts = Json::parse(json.out);
  CHECK(facts["suggestions"]["first_changed"].get<int>() > 10);
  CHECK(facts["after"]["weights"].get<int>() == 0);
  CHECK(run("diff " + shop().bundle).code == 2);
  CHECK(run("diff " + shop().bundle + " nowhere").code == 3);
}

TEST_CASE("inspect shows the evidence of a row when it is given the counts") {
  auto const counts = shop().folder.file("row.counts");
  REQUIRE(run("count --transactions " + shop().folder.file("transactions.csv") + " --out " + counts).code == 0);
  auto const text = run("inspect --sku 1001 --bundle " + shop().bundle + " --counts " + counts);
  CHECK(text.code == 0);
  CHECK(tells(text, "why it stayed"));
  CHECK(tells(text, "spoken for by"));
  auto const row = Json::parse(run("inspect --json --sku 1001 --bundle " + shop().bundle + " --counts " + counts).out);
  CHECK(row["neighbours"][0]["lift"].get<double>() > 0);
  CHECK(run("inspect --bundle " + shop().bundle + " --counts " + counts).code == 2);
  CHECK(run("inspect --sku 1001 --bundle " + shop().bundle + " --counts nowhere").code == 3);
}

TEST_CASE("evaluate compares with the running bundle and writes JSON and a page where told") {
  auto const& folder = shop().folder;
  auto const text = run("evaluate --transactions " + folder.file("transactions.csv") + " --running " + shop().bundle +
                        " --json " + folder.file("e.json") + " --html " + folder.file("e.html"));
  CHECK_MESSAGE(text.code == 0, text.out);
  for (auto const* const said : {"popularity", "rules", "cosine", "running", "which flatters it", "CPU s"}) {
    CHECK(tells(text, said));
  }
  auto const figures = Json::parse(made::get_file(folder.file("e.json")));
  CHECK(figures["running"]["hr_5"].get<double>() > 0);
  CHECK(figures["calibration"]["by_rank"].size() == 5);
  CHECK(made::get_file(folder.file("e.html")).find("</html>") != std::string::npos);
  CHECK(
      run("evaluate --transactions " + folder.file("transactions.csv") + " --html " + folder.file("no/e.html")).code ==
      1);
  CHECK(run("evaluate --transactions " + folder.file("transactions.csv") + " --running nowhere").code == 3);
}
