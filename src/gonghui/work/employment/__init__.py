"""The union's job service: employers, vacancies and referral."""
