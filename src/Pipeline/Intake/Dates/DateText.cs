using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// Reads the text of one date: ISO 8601 with any fraction, three numbers in any order with points, slashes, dashes or blanks, months as words of many languages, East Asian forms,
/// with or without a time of 24 or 12 hours and a zone; seconds, milliseconds, micro- or nanoseconds since 1970; and the serial numbers of spreadsheets.
/// </summary>
internal sealed class DateText
{
    private const int LongestText = 80;

    private readonly List<DateToken> _tokens;
    private readonly List<DateToken> _numbers = [];
    private readonly Dictionary<char, int> _marked = [];
    private int _place;
    private int? _month;
    private int _numbersBeforeMonth;
    private TimeSpan? _time;
    private bool? _afternoon;
    private bool _spanish;
    private TimeSpan? _offset;
    private char _separator;

    private DateText(List<DateToken> tokens) => _tokens = tokens;

    private bool HasDate => _marked.Count == 3 || _numbers.Count + (_month is null ? 0 : 1) >= 3 || _numbers is [{ Digits: 8 }];

    /// <summary>What the text says; null where it is no date.</summary>
    public static DateReading? Read(string text)
    {
        text = text.Trim();
        if (text.Length is 0 or > LongestText)
        {
            return null;
        }

        return DateNumber.Read(text) ?? new DateText(DateToken.Split(text)).Read();
    }

    private DateReading? Read()
    {
        for (bool isFirst = true; _place < _tokens.Count; isFirst = false)
        {
            DateToken token = _tokens[_place++];
            bool understood = token.IsNumber ? TakeNumber(token) : token.IsWord ? TakeWord(token, isFirst) : TakeSign(token);
            if (!understood)
            {
                return null;
            }
        }

        if (TimeOfDay() is not { } time || Date() is not { } date)
        {
            return null;
        }

        return date with { Time = time, Offset = _offset };
    }

    private bool TakeNumber(DateToken number)
    {
        if (Next() is { IsWord: true } mark && mark.Mark is var meaning and not '\0')
        {
            _place++;
            return meaning is 'h' or 'm' or 's' ? TakeMarkedTime(number, meaning) : _marked.TryAdd(meaning, (int)number.Value);
        }

        if (Next() is { Sign: ':' } || (HasDate && _time is null && Next() is { Sign: '.' } && After(1) is { IsNumber: true, Digits: 2 }) || (_time is null && Next() is { Word: "h" }))
        {
            return _time is null && TakeTime(number, Next()!.Value);
        }

        if (HasDate && _time is null && number.Digits is 4 or 6 && _numbers is [{ Digits: 8 }])
        {
            long hhmmss = number.Digits == 6 ? number.Value : number.Value * 100;
            _time = Clock(hhmmss / 10_000, hhmmss / 100 % 100, hhmmss % 100, 0);
            return _time is not null;
        }

        _numbers.Add(number);
        if (_numbers.Count == 1 && Next() is { IsWord: false, IsNumber: false } sign)
        {
            _separator = sign.Sign;
        }

        return _numbers.Count <= 3;
    }

    /// <summary>Hours, minutes, seconds and a fraction, from the hours on.</summary>
    private bool TakeTime(DateToken hours, DateToken separator)
    {
        _place++;
        if (Next() is not { IsNumber: true, Digits: <= 2 } minutes)
        {
            return false;
        }

        _place++;
        long seconds = 0;
        long ticks = 0;
        if (Next() is { } second && (second.Sign == separator.Sign || second.Sign == ':') && separator.IsSign && After(1) is { IsNumber: true, Digits: <= 2 } written)
        {
            _place += 2;
            seconds = written.Value;
            if (Next() is { Sign: '.' or ',' } && After(1) is { IsNumber: true } fraction)
            {
                _place += 2;
                ticks = long.Parse(fraction.Text.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture);
            }
        }

        _time = Clock(hours.Value, minutes.Value, seconds, ticks);
        TakeOffset(mustTouch: false);
        return _time is not null;
    }

    private bool TakeMarkedTime(DateToken number, char meaning)
    {
        TimeSpan part = meaning switch { 'h' => TimeSpan.FromHours(number.Value), 'm' => TimeSpan.FromMinutes(number.Value), _ => TimeSpan.FromSeconds(number.Value) };
        _time = (_time ?? TimeSpan.Zero) + part;
        return _time <= TimeSpan.FromDays(1);
    }

    private bool TakeWord(DateToken word, bool isFirst)
    {
        if (word.DayHalf(Next()) is { } afternoon)
        {
            _place += word.IsAsian ? 1 : 0;
            _afternoon = afternoon;
            return true;
        }

        if (word.Word is "a" or "p" && IsSpanishHalf(out int length))
        {
            (_afternoon, _spanish) = (word.Word is "p", true);
            _place += length;
            return true;
        }

        if (DateNames.Month(word.Word) is { } month && _month is null && (_numbers.Count < 3 && _marked.Count == 0))
        {
            (_month, _numbersBeforeMonth) = (month, _numbers.Count);
            return true;
        }

        if (_time is not null && DateNames.Zone(word.Word) is { } zone)
        {
            _offset = zone;
            TakeOffset(mustTouch: true);
            return true;
        }

        // A first word that is no month is a weekday, in whatever language.
        return DateNames.IsFiller(word.Word) || (isFirst && word.Word.Length > 1 && _tokens.Count > 3);
    }

    private static bool TakeSign(DateToken sign) => sign.Sign is ' ' or ',' or '.' or '/' or '-' or '\'' or 'T' or ':';

    /// <summary>An offset such as +02:00, +0200 or -5, where one follows.</summary>
    private void TakeOffset(bool mustTouch)
    {
        int place = _place;
        if (!mustTouch && place < _tokens.Count && _tokens[place].Sign == ' ')
        {
            place++;
        }

        if (place + 1 >= _tokens.Count || _tokens[place].Sign is not ('+' or '-') || _tokens[place + 1] is not { IsNumber: true, Digits: <= 4 } number)
        {
            return;
        }

        (long hours, long minutes) = number.Digits > 2 ? (number.Value / 100, number.Value % 100) : (number.Value, 0);
        int end = place + 2;
        if (end + 1 < _tokens.Count && _tokens[end].Sign == ':' && _tokens[end + 1] is { IsNumber: true, Digits: 2 } rest)
        {
            minutes = rest.Value;
            end += 2;
        }

        if (hours <= 14 && minutes < 60)
        {
            TimeSpan offset = new((int)hours, (int)minutes, 0);
            _offset = _tokens[place].Sign == '-' ? -offset : offset;
            _place = end;
        }
    }

    private bool IsSpanishHalf(out int length)
    {
        length = 0;
        for (int i = 0; i < 3 && After(i) is { } token; i++)
        {
            if (token.Word is "m")
            {
                length = i + 1;
                return true;
            }

            if (token.Sign is not ('.' or ' '))
            {
                return false;
            }
        }

        return false;
    }

    private TimeSpan? TimeOfDay()
    {
        if (_time is not { } time || _afternoon is not { } afternoon || time.TotalHours >= 13)
        {
            return _time ?? TimeSpan.Zero;
        }

        bool isTwelve = time.Hours == 12;
        return afternoon ? (isTwelve ? time : time + TimeSpan.FromHours(12)) : (isTwelve ? time - TimeSpan.FromHours(12) : time);
    }

    private DateReading? Date()
    {
        if (_marked.Count > 0)
        {
            return _marked.TryGetValue('y', out int year) && _marked.TryGetValue('M', out int month) && _marked.TryGetValue('d', out int day)
                ? Certain(year, month, day) : null;
        }

        if (_month is { } named)
        {
            return _numbers is [var one, var other] ? WithMonth(named, one, other) : null;
        }

        return _numbers switch
        {
            [{ Digits: 8 } whole] => Certain((int)(whole.Value / 10_000), (int)(whole.Value / 100 % 100), (int)(whole.Value % 100)),
            [var first, var second, var third] => Numbers(first, second, third),
            _ => null,
        };
    }

    private DateReading? WithMonth(int month, DateToken one, DateToken other) =>
        one.Digits == 4 && other.Digits <= 2 ? Certain((int)one.Value, month, (int)other.Value)
        : one.Digits <= 2 && other.Digits is 2 or 4 && _numbersBeforeMonth <= 1 ? Certain(YearOf(other), month, (int)one.Value)
        : null;

    private DateReading? Numbers(DateToken first, DateToken second, DateToken third)
    {
        if (first.Digits == 4 || first.Value > 31)
        {
            return second.Digits <= 2 && third.Digits <= 2 ? Certain(YearOf(first), (int)second.Value, (int)third.Value) : null;
        }

        if (third.Digits is not (2 or 4) || first.Digits > 2 || second.Digits > 2 || (first.Value > 12 && second.Value > 12))
        {
            return null;
        }

        (int a, int b) = ((int)first.Value, (int)second.Value);
        DateOrder order = a == b ? DateOrder.Certain : a > 12 ? DateOrder.DayFirst : b > 12 ? DateOrder.MonthFirst : DateOrder.Either;
        if (_separator == '.' || (_spanish && order == DateOrder.Either))
        {
            // Points, and the Spanish halves of the day, are written where the day leads.
            return b > 12 ? Certain(YearOf(third), a, b) : Certain(YearOf(third), b, a);
        }

        return new DateReading(YearOf(third), a, b, order, TimeSpan.Zero, null);
    }

    private static DateReading Certain(int year, int month, int day) => new(year, month, day, DateOrder.Certain, TimeSpan.Zero, null);

    private static int YearOf(DateToken token) => token.Digits > 2 ? (int)token.Value : (int)token.Value + (token.Value < 70 ? 2000 : 1900);

    private static TimeSpan? Clock(long hours, long minutes, long seconds, long ticks) =>
        minutes < 60 && seconds <= 60 && (hours < 24 || (hours == 24 && minutes == 0 && seconds == 0))
            ? new TimeSpan((int)hours, (int)minutes, (int)seconds) + TimeSpan.FromTicks(ticks)
            : null;

    private DateToken? Next() => After(0);

    private DateToken? After(int count) => _place + count < _tokens.Count ? _tokens[_place + count] : null;
}
