// services/seed.cpp - the rows of seed.h.
#include "services/seed.h"

#include <array>

namespace nats_blotter::services {
namespace {

constexpr std::array<SeedAccount, 7> kAccounts{{
    {10031, "Internal Trading Book"},
    {11413, "Private Clients Fund TTXX"},
    {22214, "Test Account 20"},
    {42422, "Algo Execution Partners"},
    {44044, "Trading Account 1"},
    {52355, "Big Corporate Fund"},
    {62654, "Hedge Fund TXY1"},
}};

constexpr std::array<SeedAccountUser, 18> kAccountUsers{{
    {10031, "user01"},
    {10031, "user03"},
    {10031, "user09"},
    {22214, "user01"},
    {22214, "user03"},
    {22214, "user05"},
    {22214, "user07"},
    {22214, "user09"},
    {44044, "user01"},
    {44044, "user04"},
    {44044, "user05"},
    {44044, "user06"},
    {44044, "user07"},
    {44044, "user09"},
    {62654, "user01"},
    {62654, "user05"},
    {62654, "user07"},
    {62654, "user09"},
}};

constexpr std::array<SeedTrade, 4> kTrades{{
    {"TRADE-22214-AABBCC", 22214, "IBM", Side::Sell, 100},
    {"TRADE-22214-DDEEFF", 22214, "MS", Side::Buy, 1000},
    {"TRADE-22214-GGHHII", 22214, "C", Side::Sell, 2000},
    {"TRADE-52355-AABBCC", 52355, "BAC", Side::Sell, 2400},
}};

constexpr std::array<Person, 10> kPeople{{
    {"user01", "Alice Johnson", "alice.johnson@example.com", "E0001", "HR",
     "https://example.com/photos/user01.jpg"},
    {"user02", "Bob Smith", "bob.smith@example.com", "E0002", "Finance",
     "https://example.com/photos/user02.jpg"},
    {"user03", "Carol Brown", "carol.brown@example.com", "E0003", "IT",
     "https://example.com/photos/user03.jpg"},
    {"user04", "David Lee", "david.lee@example.com", "E0004", "Sales",
     "https://example.com/photos/user04.jpg"},
    {"user05", "Eva Garcia", "eva.garcia@example.com", "E0005", "Marketing",
     "https://example.com/photos/user05.jpg"},
    {"user06", "Frank Wilson", "frank.wilson@example.com", "E0006", "HR",
     "https://example.com/photos/user06.jpg"},
    {"user07", "Grace Harris", "grace.harris@example.com", "E0007", "Finance",
     "https://example.com/photos/user07.jpg"},
    {"user08", "Henry Martinez", "henry.martinez@example.com", "E0008", "IT",
     "https://example.com/photos/user08.jpg"},
    {"user09", "Ivy Clark", "ivy.clark@example.com", "E0009", "Sales",
     "https://example.com/photos/user09.jpg"},
    {"user10", "Jack Lewis", "jack.lewis@example.com", "E0010", "Marketing",
     "https://example.com/photos/user10.jpg"},
}};

}  // namespace

std::span<const SeedAccount> seed_accounts() { return kAccounts; }
std::span<const SeedAccountUser> seed_account_users() { return kAccountUsers; }
std::span<const SeedTrade> seed_trades() { return kTrades; }
std::span<const Person> people() { return kPeople; }

}  // namespace nats_blotter::services
