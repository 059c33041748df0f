#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "program_run.hpp"

using namespace tillcue::models;
using made::get_file;
using made::run;
using made::shop;
using made::tells;
using Json = nlohmann::json;

namespace {

std::string file(std::string const& name) { return shop().folder.file(name); }

/// The shop built again, of other items with weights, keeping what hardly changed.
std::string const& later() {
  static auto const path = [] {
    auto const& folder = shop().folder;
    auto const built =
        run("build --transactions " + folder.file("transactions.csv") + " --items " + folder.file("items.csv") +
            " --min-baskets 8 --previous " + shop().bundle + " --out " + folder.file("later"));
    REQUIRE_MESSAGE(built.code == 0, built.out);
    return folder.file("later");
  }();
  return path;
}

}  // namespace

TEST_CASE("pack and unpack: the same bytes come back, whole and against a base, and the sizes are told") {
  auto const whole = run("pack " + later() + " --json --out " + file("whole"));
  CHECK_MESSAGE(whole.code == 0, whole.out);
  auto const told = Json::parse(whole.out);
  CHECK_FALSE(told["delta"].get<bool>());
  CHECK(told["bytes"].get<std::size_t>() == std::filesystem::file_size(file("whole")));
  CHECK(told["bundle_bytes"].get<std::size_t>() == std::filesystem::file_size(later()));
  CHECK(told["bytes"] < told["bundle_bytes"]);

  auto const delta = run("pack " + later() + " --base " + shop().bundle + " --out " + file("delta"));
  CHECK_MESSAGE(delta.code == 0, delta.out);
  CHECK(tells(delta, "what is new against the base"));
  CHECK(std::filesystem::file_size(file("delta")) < std::filesystem::file_size(file("whole")));

  auto const from_whole = run("unpack " + file("whole") + " --out " + file("again"));
  CHECK_MESSAGE(from_whole.code == 0, from_whole.out);
  CHECK(get_file(file("again")) == get_file(later()));
  auto const from_delta = run("unpack " + file("delta") + " --base " + shop().bundle + " --out " + file("again_too"));
  CHECK_MESSAGE(from_delta.code == 0, from_delta.out);
  CHECK(get_file(file("again_too")) == get_file(later()));
}

TEST_CASE("unpack without the base, or with another, is refused and writes nothing") {
  REQUIRE(run("pack " + later() + " --base " + shop().bundle + " --out " + file("week")).code == 0);
  auto const missing = run("unpack " + file("week") + " --out " + file("none"));
  CHECK(missing.code == 3);
  CHECK(tells(missing, "give that base"));
  auto const wrong = run("unpack " + file("week") + " --base " + later() + " --out " + file("none"));
  CHECK(wrong.code == 3);
  CHECK(tells(wrong, "was made against a bundle of " + std::to_string(std::filesystem::file_size(shop().bundle))));
  CHECK(!std::filesystem::exists(file("none")));
}

TEST_CASE("a damaged parcel and a file that is none are refused by name, and what was there stays") {
  REQUIRE(run("pack " + later() + " --out " + file("parcel")).code == 0);
  auto const parcel = get_file(file("parcel"));
  auto const before = get_file(shop().bundle);
  made::put_file(file("out"), before);
  auto damaged = parcel;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  for (auto const& bytes : {damaged, parcel.substr(0, parcel.size() - 1), std::string("no parcel"), std::string()}) {
    made::put_file(file("damaged"), bytes);
    auto const refused = run("unpack " + file("damaged") + " --out " + file("out"));
    CHECK(refused.code == 3);
    CHECK(tells(refused, file("damaged")));
  }
  CHECK(get_file(file("out")) == before);
}

TEST_CASE("pack refuses what is no bundle, an empty base too, and says which file it is") {
  made::put_file(file("empty"), "");
  auto const none = run("pack " + file("empty") + " --out " + file("none"));
  CHECK(none.code == 3);
  CHECK(tells(none, file("empty")));
  auto const base = run("pack " + later() + " --base " + file("empty") + " --out " + file("none"));
  CHECK(base.code == 3);
  CHECK(tells(base, file("empty")));
  CHECK(!std::filesystem::exists(file("none")));
}
