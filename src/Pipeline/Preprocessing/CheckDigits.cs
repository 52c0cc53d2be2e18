namespace Pipeline.Preprocessing;

/// <summary>Check-digit schemes that several kinds of number share. All take ASCII digits (or capitals, where said) without separators.</summary>
internal static class CheckDigits
{
    private static readonly byte[,] VerhoeffProduct = new byte[10, 10];
    private static readonly byte[] VerhoeffStep = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

    static CheckDigits()
    {
        // The dihedral group of ten elements: rotations 0 to 4, reflections 5 to 9.
        for (int a = 0; a < 10; a++)
        {
            for (int b = 0; b < 10; b++)
                VerhoeffProduct[a, b] = (byte)(a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)) : (b < 5 ? 5 + ((a - b + 5) % 5) : (a - b + 5) % 5));
        }
    }

    /// <summary>Luhn's scheme (ISO/IEC 7812-1).</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;

            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>The sum of digits, each times its weight.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<byte> weights)
    {
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
            sum += (digits[i] - '0') * weights[i];

        return sum;
    }

    /// <summary>The remainder by 97 of a number in which a letter counts as 10 (A) to 35 (Z) (ISO/IEC 7064, mod 97-10).</summary>
    public static int Modulo97(ReadOnlySpan<char> digitsOrCapitals)
    {
        int remainder = 0;
        foreach (char character in digitsOrCapitals)
            remainder = char.IsAsciiDigit(character) ? ((remainder * 10) + character - '0') % 97 : ((remainder * 100) + character - 'A' + 10) % 97;

        return remainder;
    }

    /// <summary>The hybrid scheme of ISO/IEC 7064, mod 11,10.</summary>
    public static bool Modulo11And10(ReadOnlySpan<char> digits)
    {
        int product = 10;
        foreach (char digit in digits[..^1])
        {
            int sum = (digit - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>Verhoeff's scheme (Error Detecting Decimal Codes, 1969).</summary>
    public static bool Verhoeff(ReadOnlySpan<char> digits)
    {
        int check = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            for (int step = 0; step < i % 8; step++)
                digit = VerhoeffStep[digit];

            check = VerhoeffProduct[check, digit];
        }

        return check == 0;
    }

    /// <summary>Whether all characters are the same: such numbers pass many checks and are issued nowhere.</summary>
    public static bool AllEqual(ReadOnlySpan<char> characters) => !characters.ContainsAnyExcept(characters[0]);
}
