#include "conformance/digest.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter::conformance;

// FIPS 180-4's own examples, and a length at each edge of the padding.
TEST_CASE("Sha256GivesThePublishedValues") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(sha256_hex(std::string(55, 'x')) ==
          "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    CHECK(sha256_hex(std::string(63, 'x')) ==
          "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    CHECK(sha256_hex(std::string(64, 'x')) ==
          "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

// The vectors of the FNV authors' own test suite.
TEST_CASE("Fnv1aGivesThePublishedValues") {
    CHECK(fnv1a64("") == 0xcbf29ce484222325);
    CHECK(fnv1a64("a") == 0xaf63dc4c8601ec8c);
    CHECK(fnv1a64("foobar") == 0x85944171f73967e8);
}
